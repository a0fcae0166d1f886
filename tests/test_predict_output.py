"""``genrekit predict --timeline``, ``--hop`` and ``--out``: what is written, and when."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_runs import RECIPE, TOY, make_tones, write

from genrekit import audio
from genrekit.answers import Prediction, Window
from genrekit.cli import main
from genrekit.cli.prediction_files import write_csv, write_json
from genrekit.cli.prediction_table import PredictionTable, bar, clock
from genrekit.plugins import configure

Command = Callable[..., Any]
LABELS = ["high", "low", "middle"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the toy plugin, and a recording of three tones of two windows each."""
    root = tmp_path_factory.mktemp("timeline")
    make_tones(root / "tones")
    tones = [audio.read(root / "tones" / name / "0.wav")[:4096] for name in ("low", "middle", "high")]
    write(root / "song.wav", np.concatenate([tones[0], tones[0], tones[1], tones[1], tones[2], tones[2]]))
    (root / "recipe.toml").write_text(RECIPE)
    folders = ["--runs", str(root / "runs"), "--store", str(root / "store")]
    assert main(["--plugin", str(TOY), "run", str(root / "recipe.toml"), *folders, "--quiet"]) == 0
    configure()
    return root


@pytest.fixture(autouse=True)
def _in_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


def test_json_timeline(command: Command) -> None:
    plain = json.loads(command("predict", "song.wav", "-f", "json").out)
    (found,) = json.loads(command("predict", "song.wav", "--timeline", "-f", "json").out)
    assert list(found)[:2] == ["path", "timeline"]
    timeline = found.pop("timeline")
    assert [found] == plain
    assert [list(window) for window in timeline] == [
        ["start_s", "end_s", "label", "probability", "probabilities", "labels"]
    ] * 6  # fmt: skip
    assert [window["start_s"] for window in timeline] == [0, 0.512, 1.024, 1.536, 2.048, 2.56]
    assert [window["end_s"] for window in timeline] == [0.512, 1.024, 1.536, 2.048, 2.56, 3.072]
    assert [window["label"] for window in timeline] == ["low", "low", "middle", "middle", "high", "high"]


def test_csv_timeline(command: Command) -> None:
    answer = command("predict", "song.wav", "gone.wav", "--timeline", "--hop", "0.256", "-f", "csv")
    *rows, failure = csv.DictReader(io.StringIO(answer.out))
    assert list(failure) == [
        "path", "start_s", "end_s", "status", "label", "labels", "probability", "reason",
        "p(high)", "p(low)", "p(middle)",
    ]  # fmt: skip
    assert len(rows) == 11
    assert rows[1] | {"start_s": "0.256", "end_s": "0.768", "status": "ok", "label": "low", "reason": ""} == rows[1]
    for row in rows:
        assert float(row["probability"]) == max(float(row[f"p({label})"]) for label in LABELS)
    assert [failure[name] for name in ("path", "start_s", "status", "reason")] == [
        "gone.wav", "", "failed", "no such file or directory",
    ]  # fmt: skip
    assert (answer.code, answer.err) == (3, "1 of 2 files could not be used\n")


def test_table_timeline_joins_windows(command: Command) -> None:
    lines = command("predict", "song.wav", "gone.wav", "--timeline", "--top", 1).out.splitlines()
    assert lines[0] == "song.wav"
    assert [line.split()[:4] for line in lines[1:4]] == [
        ["0:00:00.0", "-", "0:00:01.0", "low"],
        ["0:00:01.0", "-", "0:00:02.0", "middle"],
        ["0:00:02.0", "-", "0:00:03.1", "high"],
    ]
    assert lines[4] == "  3.1 s, 6 windows"
    assert len(lines[5].split()) == 3
    assert lines[6:] == ["gone.wav", "  failed  no such file or directory"]


def test_hop_needs_a_timeline(command: Command) -> None:
    answer = command("predict", "song.wav", "--hop", "0.2")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "--hop is for timelines\n  try: --timeline --hop 0.2\n"


@pytest.mark.parametrize("format", ["table", "json", "csv"])
def test_impossible_hop_writes_nothing(command: Command, tmp_path: Path, format: str) -> None:
    for extra in ([], ["--out", tmp_path / "out"]):
        answer = command("predict", "song.wav", "--timeline", "--hop", "3", "-f", format, *extra)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.startswith("windows cannot be 3 s apart\n  why: this model's are 0.512 s long")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.json", []),
        ("a.jsonl", []),
        ("a.CSV", []),
        ("a.txt", []),
        ("a.txt", ["-f", "csv"]),
        ("a.csv", ["-f", "json"]),
    ],
)
def test_out_holds_what_would_be_printed(command: Command, tmp_path: Path, name: str, options: list[str]) -> None:
    format = (
        options[1]
        if options
        else {".json": "json", ".jsonl": "jsonl", ".csv": "csv"}.get(Path(name).suffix.lower(), "table")
    )
    printed = command("predict", "song.wav", "gone.wav", "--timeline", "-f", format)
    out = tmp_path / "deep" / name
    answer = command("predict", "song.wav", "gone.wav", "--timeline", "--out", out, *options)
    assert (answer.code, answer.out, answer.err) == (3, "", "1 of 2 files could not be used\n")
    assert out.read_text(encoding="utf-8") == printed.out
    assert sorted(out.parent.iterdir()) == [out, out.with_name(f"{name}.journal")]


def test_out_is_as_readable_as_any_file(command: Command, tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    command("predict", "song.wav", "--out", tmp_path / "out.json")
    assert (tmp_path / "out.json").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_an_interrupted_out_leaves_the_old_one(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")

    def interrupted(*_: Any) -> Iterator[np.ndarray]:
        yield np.zeros(8000, np.float32)
        raise KeyboardInterrupt

    monkeypatch.setattr(audio, "stream", interrupted)
    assert command("predict", "song.wav", "--out", out).code == 130
    assert out.read_text() == "old"
    assert sorted(tmp_path.iterdir()) == [out, tmp_path / "out.csv.journal"]


def test_out_where_none_can_be(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for out, why in ((tmp_path, "is a directory"), (tmp_path / "file" / "out.csv", "")):
        answer = command("predict", "song.wav", "--out", out)
        assert (answer.code, answer.out) == (2, "")
        assert answer.err.startswith(f"cannot write {out}: {why}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_written_to_and_stays(command: Command, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text()), daemon=True)
    reader.start()
    assert command("predict", "song.wav", "--out", pipe).code == 0
    reader.join(10)
    assert heard[0].startswith("path,status,")
    assert pipe.is_fifo()


def test_a_link_is_followed(command: Command, tmp_path: Path) -> None:
    (tmp_path / "there.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("there.csv")
    command("predict", "song.wav", "--out", tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "there.csv").read_text().startswith("path,status,")


SHARES = {"a": 0.75, "b": 0.25}
ONE = Window("song", 0, 2, "a", 0.75, SHARES, ("a",))
ALL = Prediction("song", "ok", "a", 0.75, SHARES, 1, 2.0, labels=("a",))
GONE = Prediction("gone", "failed", None, None, {}, 0, 0.0, "no such file")


class Told(io.StringIO):
    """A stream, and how much was in it when each answer was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def answers(self, *answers: Window | Prediction) -> Iterator[Window | Prediction]:
        for answer in answers:
            self.sizes.append(len(self.getvalue()))
            yield answer
        self.sizes.append(len(self.getvalue()))


@pytest.mark.parametrize("format", ["json", "csv", "table"])
def test_every_answer_is_written_before_the_next_is_asked_for(format: str) -> None:
    stream = Told()
    answers = stream.answers(ONE, Window("song", 2, 4, "b", 0.5, SHARES, ("b",)), ALL, GONE)
    if format == "json":
        assert write_json(answers, stream, timeline=True) == 1
    elif format == "csv":
        assert write_csv(answers, stream, ["a", "b"], timeline=True) == 1
    else:
        assert PredictionTable(stream, ["a", "b"], 3).write(answers) == 1
    sizes = stream.sizes[:3] + stream.sizes[4:] if format == "csv" else stream.sizes
    assert sizes == sorted(set(sizes)), "an answer for a file has no row of its own among a timeline's"


def test_json_of_any_order_of_windows_and_failures() -> None:
    stream = io.StringIO()
    assert write_json([GONE, ONE, ONE, ALL, GONE, ONE, GONE], stream, timeline=True) == 3
    found = json.loads(stream.getvalue())
    assert [(file["path"], file["status"], len(file["timeline"])) for file in found] == [
        ("gone", "failed", 0), ("song", "ok", 2), ("gone", "failed", 0), ("song", "failed", 1),
    ]  # fmt: skip


def test_colours_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def written(stream: io.StringIO) -> str:
        PredictionTable(stream, ["a", "b"], 3).write([ONE, ALL, GONE])
        return stream.getvalue()

    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured, plain = written(Terminal()), written(io.StringIO())
    assert "\x1b[32m" in coloured
    assert "\x1b" not in plain
    monkeypatch.setenv("NO_COLOR", "1")
    assert written(Terminal()) == plain


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00:00.0"), (59.96, "0:01:00.0"), (3723.44, "1:02:03.4"), (360000, "100:00:00.0")]
)
def test_clock(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


@pytest.mark.parametrize(("share", "shown"), [(0, ""), (1 / 192, "▏"), (0.5, "█" * 12), (1, "█" * 24)])
def test_bar(share: float, shown: str) -> None:
    assert bar(share) == shown
