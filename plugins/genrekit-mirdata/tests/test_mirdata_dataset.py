"""Tiny data homes in the layouts of several collections."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from genrekit_mirdata._home import quiet
from genrekit_mirdata._tracks import group_of, labels_of
from genrekit_mirdata.dataset import Mirdata
from genrekit_mirdata.known import KNOWN, NAMES
from genrekit_mirdata.tiny import md5, tiny_gtzan, write_index
from pydantic import ValidationError

import genrekit
from genrekit.testing import write_tones

Home = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Makes a home: ``home(collection, {track: recording}, {path: text}, {track: {"annotation": path}})``."""
    tones = sorted(write_tones(tmp_path / "tones", per_class=6).rglob("*.wav"))

    def make(collection: str, recordings: dict[str, str], texts: Any = (), more: Any = ()) -> Path:
        root, further = tmp_path / "home", dict(more)
        tracks: dict[str, dict[str, list[str | None]]] = {}
        for (track, relative), tone in zip(recordings.items(), tones, strict=False):
            (root / relative).parent.mkdir(parents=True, exist_ok=True)
            tone.rename(root / relative)
            tracks[track] = {"audio": [relative, md5(root / relative)]}
            tracks[track] |= {name: [path, None] for name, path in further.get(track, {}).items()}
        for relative, text in dict(texts).items():
            (root / relative).parent.mkdir(parents=True, exist_ok=True)
            (root / relative).write_text(text)
        return write_index(root, collection, tracks)

    return make


def column(options: Mirdata, name: str) -> list[Any]:
    return options.clips().column(name)


def test_gtzan_has_the_genres_of_its_names(tmp_path: Path) -> None:
    clips = Mirdata(collection="gtzan_genre", root=tiny_gtzan(tmp_path)).clips()
    assert clips.column("labels") == [["blues"]] * 4 + [["jazz"]] * 4
    assert clips.column("path")[0] == str(tmp_path / "gtzan_genre/genres/blues/blues.00000.wav")
    assert clips.column("group") == [None] * 8
    assert not clips.notes


def test_medley_solos_db_has_parts_and_songs(home: Home) -> None:
    rows = [("a", "training", "flute", 1), ("b", "validation", "flute", 2), ("c", "test", "violin", 3)]
    head = "subset,instrument,instrument_id,song_id,uuid4\n"
    table = head + "".join(f"{subset},{name},0,{song},{track}\n" for track, subset, name, song in rows)
    recordings = {track: f"audio/Medley-solos-DB_{track}.wav" for track, *_ in rows}
    root = home("medley_solos_db", recordings, {"annotation/Medley-solos-DB_metadata.csv": table})
    options = Mirdata(collection="medley_solos_db", root=root)
    assert column(options, "labels") == [["flute"], ["flute"], ["violin"]]
    assert column(options, "part") == ["train", "validation", "test"]
    assert column(options, "group") == ["1", "2", "3"]
    assert column(Mirdata(collection="medley_solos_db", root=root, group="none"), "group") == [None] * 3


def test_mridangam_stroke_reads_labels_and_groups_off_its_paths(home: Home) -> None:
    base = "mridangam_stroke_1.5"
    recordings = {
        "1": f"{base}/C/224030__akshaylaya__bheem-c-001.wav",
        "2": f"{base}/D/224031__akshaylaya__cha-d-001.wav",
    }
    options = Mirdata(collection="mridangam_stroke", root=home("mridangam_stroke", recordings))
    assert column(options, "labels") == [["bheem"], ["cha"]]
    assert column(options, "group") == ["C", "D"]
    other = Mirdata(collection="mridangam_stroke", root=options.root, label="tonic", group="stroke_name")
    assert column(other, "labels") == [["C"], ["D"]]


def named(names: list[str]) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


def test_giantsteps_key_has_several_genres_and_artists(home: Home) -> None:
    recordings = {"0": "audio/10089.LOFI.mp3", "1": "audio/10090.LOFI.mp3"}
    genres = [["Breaks", "House"], ["House"]], [["Deep"], []]
    artists = [["B", "A"], ["C"]]
    metas = [
        {"genres": named(top), "sub_genres": named(sub), "artists": named(who)}
        for top, sub, who in zip(*genres, artists, strict=True)
    ]
    texts = {f"meta/{number}.json": json.dumps(meta) for number, meta in enumerate(metas)}
    root = home("giantsteps_key", recordings, texts, {str(n): {"meta": f"meta/{n}.json", "key": None} for n in (0, 1)})
    options = Mirdata(collection="giantsteps_key", root=root)
    assert column(options, "labels") == [["Breaks", "House"], ["House"]]
    assert column(options, "group") == ["A & B", "C"]
    finer = Mirdata(collection="giantsteps_key", root=root, label="genres.sub_genres").clips()
    assert finer.column("labels") == [["Deep"]]
    assert finer.notes == ("1 tracks of giantsteps_key have no label or no recording, and are left out",)


def test_giantsteps_tempo_has_a_genre_in_its_annotations(home: Home) -> None:
    annotation = json.dumps({"annotations": [{"data": []}, {"data": [{"value": "trance"}]}]})
    paths = {"annotation_v1": "v1/1.jams", "annotation_v2": "v1/1.jams"}
    root = home("giantsteps_tempo", {"1": "audio/1.mp3"}, {"v1/1.jams": annotation}, {"1": paths})
    assert column(Mirdata(collection="giantsteps_tempo", root=root), "labels") == [["trance"]]


def test_tinysol_has_folds(home: Home) -> None:
    head = "Path,Fold,Family,Abbr,Full,TA,TF,Pitch,PID,Dyn,DID,IID,SID,Res\n"
    rows = "".join(f"x/{n}.wav,{fold},Brass,BTb,{full},o,o,C1,1,f,1,0,,FALSE\n" for n, fold, full in _TINYSOL)
    recordings = {n: f"audio/x/{n}.wav" for n, *_ in _TINYSOL}
    root = home("tinysol", recordings, {"annotation/TinySOL_metadata.csv": head + rows})
    options = Mirdata(collection="tinysol", root=root)
    assert column(options, "fold") == ["0", "3"]
    assert column(options, "labels") == [["Bass Tuba"], ["Oboe"]]


_TINYSOL = (("a", 0, "Bass Tuba"), ("b", 3, "Oboe"))


def test_groove_midi_has_drummers_and_styles_up_to_the_slash(home: Home) -> None:
    head = "drummer,session,id,style,bpm,beat_type,time_signature,midi_filename,audio_filename,duration,split\n"
    row = "drummer1,s1,{0},{1},100,beat,4-4,m,a,1.0,{2}\n"
    table = head + row.format("a", "funk/groove1", "train") + row.format("b", "rock", "eval")
    root = home("groove_midi", {"a": "1.wav", "b": "2.wav"}, {"info.csv": table}, {t: {"midi": None} for t in "ab"})
    options = Mirdata(collection="groove_midi", root=root)
    assert column(options, "labels") == [["funk"], ["rock"]]
    assert column(options, "part") == ["train", None]
    assert column(options, "group") == ["drummer1"] * 2


def test_recordings_that_are_missing_are_named(tmp_path: Path) -> None:
    root = tiny_gtzan(tmp_path)
    gone = root / "gtzan_genre/genres/jazz/jazz.00001.wav"
    gone.unlink()
    with pytest.raises(
        genrekit.DataError, match=r"1 of 8 recordings of gtzan_genre are missing: .*jazz.00001.wav"
    ) as error:
        Mirdata(collection="gtzan_genre", root=root).clips()
    assert "--set dataset.missing=leave-out" in str(error.value)
    clips = Mirdata(collection="gtzan_genre", root=root, missing="leave-out", verify=True).clips()
    assert len(clips) == 7
    assert clips.notes == (f"1 recordings of gtzan_genre are missing, and left out: {gone}",)


def test_checksums_are_compared_on_demand(tmp_path: Path) -> None:
    root = tiny_gtzan(tmp_path)
    Mirdata(collection="gtzan_genre", root=root, verify=True).clips()
    changed = root / "gtzan_genre/genres/blues/blues.00002.wav"
    changed.write_bytes(changed.read_bytes() + b"\0")
    assert len(Mirdata(collection="gtzan_genre", root=root).clips()) == 8
    with pytest.raises(
        genrekit.DataError, match=r"1 files of gtzan_genre are not those of its index: .*blues.00002.wav"
    ):
        Mirdata(collection="gtzan_genre", root=root, verify=True).clips()
    changed.unlink()
    with pytest.raises(genrekit.DataError, match=r"1 files of gtzan_genre are missing: .*blues.00002.wav"):
        Mirdata(collection="gtzan_genre", root=root, verify=True).clips()


def test_without_an_index_nothing_is_fetched_and_the_way_is_shown(tmp_path: Path, downloads: list[Any]) -> None:
    options = Mirdata(collection="ballroom", root=tmp_path)
    with pytest.raises(genrekit.DataError, match="the index of mirdata's ballroom is missing") as error:
        options.clips()
    assert "--set dataset.download=index" in str(error.value)
    assert not downloads


@pytest.mark.parametrize(("download", "asked"), [("index", ["index"]), ("all", None)])
def test_what_may_be_fetched_is_asked_for(tmp_path: Path, downloads: list[Any], download: Any, asked: Any) -> None:
    with pytest.raises(genrekit.DataError, match="is missing"):
        Mirdata(collection="ballroom", root=tmp_path, download=download).clips()
    assert downloads == [asked]


def test_what_is_there_is_not_fetched_again(tmp_path: Path, downloads: list[Any]) -> None:
    root = tiny_gtzan(tmp_path)
    assert len(Mirdata(collection="gtzan_genre", root=root, download="all").clips()) == 8
    assert not downloads


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What mirdata was asked to download, in place of doing it."""
    with quiet():
        from mirdata import core

    asked: list[Any] = []
    monkeypatch.setattr(core.Dataset, "download", lambda self, partial_download=None: asked.append(partial_download))
    return asked


def test_a_download_that_fails_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with quiet():
        from mirdata import core

    def fail(*_: Any, **__: Any) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(core.Dataset, "download", fail)
    with pytest.raises(genrekit.DataError, match="mirdata cannot download ballroom: no route to host"):
        Mirdata(collection="ballroom", root=tmp_path, download="index").clips()


def test_wrong_options_are_explained(tmp_path: Path) -> None:
    root = tiny_gtzan(tmp_path)
    with pytest.raises(ValidationError, match="mirdata has no data set 'gtzan'; did you mean 'gtzan_genre'"):
        Mirdata(collection="gtzan", root=root)
    with pytest.raises(ValidationError, match="queen has no genres, instruments or tags"):
        Mirdata(collection="queen", root=root)
    with pytest.raises(genrekit.DataError, match="Invalid version 9"):
        Mirdata(collection="gtzan_genre", root=root, index_version="9").clips()
    with pytest.raises(genrekit.DataError, match=r"track blues.00000 of gtzan_genre: .*no attribute 'mood'") as error:
        Mirdata(collection="gtzan_genre", root=root, label="mood").clips()
    assert "tempo" in str(error.value)


def test_metadata_that_is_missing_is_explained(home: Home) -> None:
    root = home("medley_solos_db", {"a": "audio/a.wav"})
    with pytest.raises(genrekit.DataError, match="Metadata not found") as error:
        Mirdata(collection="medley_solos_db", root=root).clips()
    assert "complete the folder" in str(error.value)


def test_labels_of_all_kinds() -> None:
    assert labels_of(None) == []
    assert labels_of("a/b", "/") == ["a"]
    assert labels_of(["b", "a", "b", " "]) == ["a", "b"]
    assert labels_of({"guitar": 0.9, "flute": 0.1}) == ["guitar"]
    assert labels_of(3) == ["3"]
    assert group_of(["z", "a"]) == "a & z"
    assert group_of("") is None


def test_every_collection_is_known() -> None:
    with quiet():
        import mirdata

    if mirdata.__version__.startswith("1.0"):
        assert sorted(mirdata.list_datasets()) == NAMES
    assert set(KNOWN) <= set(NAMES)


def test_what_is_known_of_collections_is_what_their_tracks_have() -> None:
    """Attributes that a class sets in __init__ are not on the class; its source names them."""
    import importlib
    import inspect

    for name, known in KNOWN.items():
        with quiet():
            source = inspect.getsource(importlib.import_module(f"mirdata.datasets.{name}"))
        for attribute in filter(None, (known.label, known.group, known.part, known.fold, known.audio)):
            word = attribute.partition(".")[0]
            assert f"def {word}(" in source or f"self.{word} =" in source, f"{name} has no {word}"


def test_the_readme_lists_what_is_known() -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text()
    rows = [
        f"| {name} | {one.label} | {one.group or ''} | {one.part or (one.fold and f'{one.fold} (folds)') or ''} |"
        for name, one in KNOWN.items()
    ]
    assert "\n".join(rows) in text
