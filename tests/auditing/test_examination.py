"""One clip's facts, exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sounds import RATE, music, write

from genrekit.auditing.clip_checks import check_clips
from genrekit.auditing.examination import Facts, Stretch, examine, examine_all, stretches
from genrekit.auditing.material import Material
from genrekit.clips import Clip, Clips
from genrekit_builtins.processes import Processes
from genrekit_builtins.serial import Serial
from genrekit_builtins.threads import Threads


def test_levels(tmp_path: Path) -> None:
    waveform = np.tile(np.array([0.5, -0.25], np.float32), 8000)
    facts = examine(Stretch(3, str(write(tmp_path / "a.wav", waveform, 8000, subtype="FLOAT"))))
    assert (facts.row, facts.reason, facts.sample_rate, facts.channels) == (3, None, 8000, 1)
    assert facts.format == "WAV/FLOAT"
    assert (facts.duration_s, facts.peak) == (2.0, 0.5)
    assert facts.offset == pytest.approx(0.125)
    assert facts.level == pytest.approx(np.sqrt((0.25 + 0.0625) / 2))
    assert (facts.clipped, facts.silent) == (0, 0)


def test_clipping_is_found_also_below_full_scale(tmp_path: Path) -> None:
    sine = np.sin(2 * np.pi * 200 * np.arange(8000) / 8000).astype(np.float32)
    clipped = np.clip(2 * sine, -1, 1)
    # |sin| >= 0.5 for two thirds of the time.
    for gain in (0.99, 0.4):
        facts = examine(Stretch(0, str(write(tmp_path / f"{gain}.wav", gain * clipped, 8000, subtype="FLOAT"))))
        assert facts.clipped == pytest.approx(2 / 3, abs=0.06)
    whole = examine(Stretch(0, str(write(tmp_path / "whole.wav", 0.9999 * sine, 8000))))
    assert whole.clipped == 0


def test_digital_silence_inside(tmp_path: Path) -> None:
    waveform = music(1, 4)
    waveform[RATE : 2 * RATE] = 0
    facts = examine(Stretch(0, str(write(tmp_path / "a.wav", waveform, subtype="FLOAT"))))
    assert facts.silent == pytest.approx(0.25, abs=0.002)


def stereo(folder: Path, left: np.ndarray, right: np.ndarray) -> Facts:
    """The facts of a file of two channels."""
    return examine(Stretch(0, str(write(folder / "a.wav", np.stack([left, right], axis=1), subtype="FLOAT"))))


def test_a_clipped_channel_is_found_beside_a_clean_one(tmp_path: Path) -> None:
    sound = music(1, 1)
    sound /= np.abs(sound).max()
    facts = stereo(tmp_path, np.clip(3 * sound, -0.99, 0.99), music(2, 1))
    alone = examine(Stretch(0, str(write(tmp_path / "b.wav", np.clip(3 * sound, -0.99, 0.99), subtype="FLOAT"))))
    assert facts.clipped == alone.clipped > 0.01
    assert facts.peak == pytest.approx(0.99)


def test_channels_that_cancel_each_other_are_no_silence_but_their_mean_is(tmp_path: Path) -> None:
    facts = stereo(tmp_path, music(1, 1), -music(1, 1))
    assert (facts.mix_peak, facts.dead) == (0, 0)
    assert facts.silent < 0.01
    assert facts.peak > 0.05


def test_a_dead_channel_is_counted_and_is_no_digital_silence(tmp_path: Path) -> None:
    facts = stereo(tmp_path, np.zeros(RATE, np.float32), music(1, 1) + np.float32(0.25))
    assert (facts.dead, facts.channels, facts.silent) == (1, 2, 0)
    assert facts.offset == pytest.approx(0.25, abs=0.01), "the worse channel's, not the mean's"


def test_a_stretch_is_examined_alone(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", np.concatenate([np.zeros(8000), np.full(8000, 0.5)]).astype(np.float32), 8000)
    assert examine(Stretch(0, str(path), 0.0, 1.0)).peak == 0
    assert examine(Stretch(0, str(path), 1.0, 1.0)).peak == 0.5


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "the file is empty"), (b"hello", "cannot be decoded: format not recognised")]
)
def test_what_cannot_be_read_has_a_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    assert examine(Stretch(0, str(path))).reason == reason
    assert examine(Stretch(0, str(tmp_path / "b.wav"))).reason == "no such file or directory"


@pytest.mark.parametrize("executor", [Serial(), Threads(workers=2), Processes(workers=2)], ids=lambda e: e.use)
def test_any_executor_gives_the_same(tmp_path: Path, executor: Serial | Threads | Processes) -> None:
    paths = [write(tmp_path / f"{seed}.wav", music(seed, 1)) for seed in range(9)]
    clips = Clips.from_rows(Clip(str(path), ["x"]) for path in paths)
    seen: list[str] = []
    found = examine_all(stretches(clips), executor, seen.append)
    assert [facts.row for facts in found] == list(range(9))
    assert sorted(seen) == [str(path) for path in paths]
    assert [facts.samples for facts in found] == [examine(stretch).samples for stretch in stretches(clips)]


def test_ctrl_c_ends_it(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{seed}.wav", music(seed, 1)) for seed in range(30)]
    clips, seen = Clips.from_rows(Clip(str(path), ["x"]) for path in paths), list[str]()

    def stop(path: str) -> None:
        seen.append(path)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        examine_all(stretches(clips), Threads(workers=1), stop)
    assert len(seen) == 1


def test_channels_are_told_of(tmp_path: Path) -> None:
    sound = music(1, 1)
    pairs = {"whole": (sound, sound), "dead": (sound, np.zeros_like(sound)), "cancels": (sound, -sound)}
    paths = [write(tmp_path / f"{name}.wav", np.stack(pair, axis=1), subtype="FLOAT") for name, pair in pairs.items()]
    clips = Clips.from_rows(Clip(str(path), ["x"]) for path in paths)
    findings = check_clips(Material(clips, [examine(one) for one in stretches(clips)], []))
    assert {finding.check: finding.rows for finding in findings} == {"cancelling-channels": (2,), "dead-channel": (1,)}
