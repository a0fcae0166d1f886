"""Prediction with the full-size CRNN: from a cold start against a torch script, folders, an hour of MP3, ten hours.

    python bench/predict.py [--rounds 3] [--clips 1000] [--minutes 60] [--clip FILE]

Weights are random and sounds synthesised: neither changes what prediction costs. Within a round, what is compared runs
in turn, each in a process of its own; figures are medians over rounds, ratios are medians of the rounds' ratios. Prints
a table, then a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from script import GENREKIT

HERE = Path(__file__).parent
Figures = dict[str, float]


def python(*arguments: object) -> Figures:
    """Run a process; its seconds, its peak memory in MB, and the JSON of its last line of output."""
    # Bytecode is kept, as users have it.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *map(str, arguments)], stdout=subprocess.PIPE, env=environment)
    assert process.stdout
    out = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, arguments))}: exit code {process.returncode}")
    last = out.strip().splitlines()[-1] if out.strip() else ""
    told = json.loads(last) if last.startswith("{") else {}
    return {"seconds": seconds, "peak_mb": usage.ru_maxrss / 1024} | told


def once(what: str, bundle: Path, given: object) -> Figures:
    return python(HERE / "predict_once.py", what, bundle, given)


def genrekit(bundle: Path, *arguments: object) -> Figures:
    return python(GENREKIT, "predict", *arguments, "--model", bundle)


class Bench:
    """All measurements; what they need is made in ``work``."""

    def __init__(self, work: Path, options: argparse.Namespace) -> None:
        self.work, self.options = work, options
        self.bundle, self.small = work / "crnn", work / "small"
        python(HERE / "predict_bundle.py", self.bundle)
        python(HERE / "predict_bundle.py", self.small, "small")

    def sounds(self, name: str, count: int, seconds: float, rate: int, kind: str) -> Path:
        python(HERE / "predict_sounds.py", self.work / name, count, seconds, rate, kind)
        return self.work / name

    def rounds(self, times: int = 1, **runs: Callable[[], Figures]) -> dict[str, list[Figures]]:
        """Every run of every round, in turn; ``times`` as many rounds for what is over soon."""
        figures: dict[str, list[Figures]] = {name: [] for name in runs}
        for _ in range(times * self.options.rounds):
            for name, run in runs.items():
                figures[name].append(run())
        return figures

    def cold(self) -> dict[str, Any]:
        """One clip of 30 s, whole processes. The first ones, which compile bytecode, do not count."""
        clip = self.options.clip or self.sounds("cold", 1, 30, 22050, "wav") / "00000.wav"

        def genrekit_run() -> Figures:
            return genrekit(self.bundle, clip)

        def torch_run() -> Figures:
            return python(HERE / "peers" / "torch_predict.py", self.bundle / "model.safetensors", clip)

        genrekit_run(), torch_run()
        found = self.rounds(3, genrekit=genrekit_run, torch=torch_run)
        return {
            "genrekit_s": median(found["genrekit"]),
            "torch_script_s": median(found["torch"]),
            "torch_script_over_genrekit": ratio(found["torch"], found["genrekit"]),
            "genrekit_peak_mb": median(found["genrekit"], "peak_mb", 0),
            "torch_script_peak_mb": median(found["torch"], "peak_mb", 0),
        }

    def folder(self, bundle: Path, files: Path) -> dict[str, Any]:
        """Decoding and model together against the model alone, by the window."""
        found = self.rounds(folder=lambda: once("folder", bundle, files), model=lambda: once("model", bundle, files))
        for figures in (*found["folder"], *found["model"]):
            figures["ms"] = 1e3 * figures["seconds"] / figures["windows"]
        return {
            "files": len(list(files.iterdir())),
            "ms_per_file": median(found["folder"], "ms"),
            "model_alone_ms": median(found["model"], "ms"),
            "over_model_alone": ratio(found["folder"], found["model"], "ms"),
            "peak_mb": median(found["folder"], "peak_mb", 0),
        }

    def hour(self) -> dict[str, Any]:
        """A long MP3 to a timeline on disk, the whole process, against decoding alone and the model alone."""
        file = self.sounds("long", 1, 60 * self.options.minutes, 44100, "mp3") / "00000.mp3"
        out = self.work / "timeline.csv"
        found = self.rounds(
            timeline=lambda: genrekit(self.bundle, file, "--timeline", "--out", out),
            decode=lambda: once("decode", self.bundle, file),
            model=lambda: once("model", self.bundle, file),
        )
        windows = len(out.read_text().splitlines()) - 1
        for decode, model in zip(found["decode"], found["model"], strict=True):
            model["seconds"] *= windows / model["windows"]
            decode["both"] = decode["seconds"] + model["seconds"]
        both = [{"seconds": figures["both"]} for figures in found["decode"]]
        return {
            "minutes": self.options.minutes,
            "windows": windows,
            "timeline_s": median(found["timeline"]),
            "decode_alone_s": median(found["decode"]),
            "model_alone_s": median(found["model"]),
            "over_decode_plus_model": ratio(found["timeline"], both),
            "peak_mb": median(found["timeline"], "peak_mb", 0),
        }

    def flat(self) -> dict[str, Any]:
        """Peak memory of a timeline of one hour and of ten, of a small model, from a reader that goes in a loop."""
        found = self.rounds(one=lambda: once("loop", self.small, 1), ten=lambda: once("loop", self.small, 10))
        return {f"{name}_peak_mb": median(figures, "peak_mb", 0) for name, figures in found.items()}

    def all(self) -> dict[str, Any]:
        """Every table's figures; says on the way which it is at, for they take a quarter of an hour."""
        clips = self.options.clips
        measured: dict[str, Callable[[], dict[str, Any]]] = {
            "cold": self.cold,
            "folder of 30 s wav": lambda: self.folder(self.bundle, self.sounds("wav", clips, 30, 22050, "wav")),
            "folder of 30 s mp3": lambda: self.folder(self.bundle, self.sounds("mp3", clips // 10, 30, 44100, "mp3")),
            "folder of 0.5 s wav, small model": lambda: self.folder(
                self.small, self.sounds("digits", clips, 0.5, 8000, "wav")
            ),
            "long mp3": self.hour,
            "one hour and ten, small model": self.flat,
        }
        found = {}
        for name, measure in measured.items():
            found[name] = measure()
            print(name, found[name], file=sys.stderr, flush=True)
        return found


def median(figures: list[Figures], name: str = "seconds", digits: int = 3) -> float:
    return round(statistics.median(one[name] for one in figures), digits or None)


def ratio(over: list[Figures], under: list[Figures], name: str = "seconds") -> float:
    return round(statistics.median(a[name] / b[name] for a, b in zip(over, under, strict=True)), 2)


def table(found: dict[str, dict[str, Any]]) -> str:
    """Markdown."""
    rows = [
        f"| {name} | {key.replace('_', ' ')} | {value} |" for name, part in found.items() for key, value in part.items()
    ]
    return "\n".join(["| what | figure | value |", "| --- | --- | ---: |", *rows])


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--clip", type=Path, help="for the cold start; without it, one is synthesised")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        found = Bench(Path(work), options).all()
    print(table(found))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
