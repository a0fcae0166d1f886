"""What is in the store is not made again; what training holds does not grow with the clips, but for a line each."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from toy_runs import make_tones

from genrekit import audio, clip_preparation, preparation
from genrekit.clips import Clips
from genrekit.errors import GenrekitError
from genrekit.examples import Examples, examples_of
from genrekit.prefetch import ahead
from genrekit.preparation import Preparation, prepare
from genrekit.recording import Recording
from genrekit.store import Store
from genrekit_builtins.folder import Folder
from genrekit_builtins.mel import LogMel
from genrekit_builtins.serial import Serial
from genrekit_builtins.threads import Threads

SMALL = LogMel(sample_rate=8000, n_fft=256, hop_length=128, n_mels=16, frames=20)
BATCH = 32


def clips_in(root: Path) -> Clips:
    clips = Folder(root=root).clips()
    return clips.with_column("part", ["train"] * len(clips))


def never(*_: Any, **__: Any) -> Any:
    raise AssertionError("a file was opened")


@pytest.mark.parametrize("stage", ["features", "waveform"])
def test_a_store_hit_decodes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: Any) -> None:
    clips, store = clips_in(make_tones(tmp_path / "tones")), Store(tmp_path / "store")
    first = prepare(clips, SMALL, stage, Threads(), store)
    for module, name in [(audio, "opened"), (clip_preparation, "content_hash"), (preparation, "prepare_clip")]:
        monkeypatch.setattr(module, name, never)
    monkeypatch.setattr(soundfile, "SoundFile", never)
    again = prepare(clips, SMALL, stage, Threads(), store)
    assert [result.key for result in again.results.values()].count(None) == 0
    assert {row: done.key for row, done in again.results.items()} == {r: done.key for r, done in first.results.items()}
    assert all(result.from_store and not result.seconds for result in again.results.values())


def test_clips_of_one_recording_hash_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soundfile.write(tmp_path / "long.wav", np.random.default_rng(0).normal(0, 0.1, 80_000), 8000)
    rows = {
        "path": [str(tmp_path / "long.wav")] * 20,
        "labels": [["a"]] * 20,
        "part": ["train"] * 20,
        "start_s": [0.3 * row for row in range(20)],
        "duration_s": [0.3] * 20,
    }
    hashed: list[str] = []
    content_hash = clip_preparation.content_hash

    def noted(path: str) -> str:
        hashed.append(path)
        return content_hash(path)

    monkeypatch.setattr(clip_preparation, "content_hash", noted)
    done = prepare(Clips.from_columns(rows), SMALL, "features", Threads(workers=1), Store(tmp_path / "store"))
    assert len({result.key for result in done.usable.values()}) == 20
    assert len(hashed) == 1


def stored(folder: Path, count: int) -> Examples:
    """Each an item of its own, 20 kB."""
    store = Store(folder)
    for row in range(count):
        store.put(f"{row:040x}", np.zeros((1, 1, 16, 640), np.float16), {})
    clips = Clips.from_columns({"path": ["a"] * count, "labels": [["b"]] * count, "part": ["train"] * count})
    done = {row: clip_preparation.Prepared(row, "a", f"{row:040x}", 1) for row in range(count)}
    return examples_of("train", clips, ["b"], Preparation(done), store)


def held_by_an_epoch(examples: Examples) -> int:
    """The most bytes that loading an epoch holds at a time."""
    order = np.random.default_rng(0).permutation(len(examples))
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    tracemalloc.start()
    for _ in ahead(map(examples.load, batches)):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_loading_holds_some_batches_however_many_clips(tmp_path: Path) -> None:
    """Four batches as a rule; ten were seen on a machine with much else to do. An epoch has 63."""
    batch, examples = BATCH * 16 * 640 * 2, stored(tmp_path, 2000)
    held_by_an_epoch(examples)  # imports what it needs
    assert batch < held_by_an_epoch(examples) < 20 * batch


def test_an_example_takes_some_hundred_bytes(tmp_path: Path) -> None:
    clips = Clips.from_columns({"path": ["a"] * 5000, "labels": [["b"]] * 5000, "part": ["train"] * 5000})
    done = {row: clip_preparation.Prepared(row, "a", f"{row:040x}", 1) for row in range(5000)}
    preparation = Preparation(done)
    tracemalloc.start()
    examples = examples_of("train", clips, ["b"], preparation, Store(tmp_path))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(examples) == 5000
    assert held < 5000 * 500


def test_what_was_written_for_nothing_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first clip cannot be stored; the others have been written by then, and wait to be published."""
    clips, store = clips_in(make_tones(tmp_path / "tones")), Store(tmp_path / "store")
    real, failed = Store.write, list[str]()

    def write(self: Store, key: str, windows: Any, about: Any) -> Path:
        if not failed:
            failed.append(key)
            raise OSError(28, "No space left on device")
        return real(self, key, windows, about)

    monkeypatch.setattr(Store, "write", write)
    with pytest.raises(GenrekitError, match="No space left on device"):
        prepare(clips, SMALL, "waveform", Serial(), store)
    assert [path.name for path in store.root.rglob(".*")] == []


def test_a_file_that_changes_between_scan_and_decoding_is_taken_as_it_is_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its new sound must not get the key of the old one, under which every later run would find it."""
    clips, store = clips_in(make_tones(tmp_path / "tones", per_class=1)), Store(tmp_path / "store")
    before = prepare(clips, SMALL, "waveform", Serial(), store)
    real, path = preparation.from_store, Path(clips.column("path")[0])
    old, new = path.read_bytes(), soundfile.read(path)[0][::-1]

    def changing(job: Any) -> Any:
        soundfile.write(path, new, 8000, subtype="FLOAT")
        return real(job)

    monkeypatch.setattr(preparation, "from_store", changing)
    changed = prepare(clips, SMALL, "waveform", Serial(), store)
    assert changed.results[0].key != before.results[0].key
    assert np.allclose(store.window(str(changed.results[0].key), 0)[: len(new)], new[:2560], atol=1e-6)
    path.write_bytes(old)
    monkeypatch.setattr(preparation, "from_store", real)
    assert prepare(clips, SMALL, "waveform", Serial(), store).results[0].key == before.results[0].key


def test_a_file_that_changes_while_it_is_read_is_quarantined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clips, store = clips_in(make_tones(tmp_path / "tones", per_class=1)), Store(tmp_path / "store")
    real, path = clip_preparation.windows_of, clips.column("path")[0]

    def changing(recording: Recording, *arguments: Any) -> Any:
        yield from real(recording, *arguments)
        if recording.path == path:
            Path(path).write_bytes(Path(path).read_bytes() + b"more")

    monkeypatch.setattr(clip_preparation, "windows_of", changing)
    done = prepare(clips, SMALL, "waveform", Serial(), store)
    assert [(found.path, found.reason) for found in done.quarantined] == [(path, "changed while it was being read")]


def test_a_large_file_that_is_no_recording_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clips, store = clips_in(make_tones(tmp_path / "tones", per_class=1)), Store(tmp_path / "store")
    path, hashed, real = clips.column("path")[0], list[str](), clip_preparation.content_hash
    with Path(path).open("wb") as file:
        file.truncate(clip_preparation.LARGE + 1)
    monkeypatch.setattr(clip_preparation, "content_hash", lambda name: hashed.append(name) or real(name))
    done = prepare(clips, SMALL, "waveform", Serial(), store)
    assert [found.path for found in done.quarantined] == [path]
    assert path not in hashed
    assert len(hashed) == len(clips) - 1
