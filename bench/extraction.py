"""Log-mel extraction, cold and from the store, against the published notebook's way and against the floor.

    python bench/extraction.py [--rounds 15] [--data FOLDER]

Each round runs all four in turn on the same clips, each in a process of its own. Prints a table, then a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
DATA = Path(os.environ.get("GENREKIT_TEST_DATA", HERE.parent.parent / "shared" / "data")) / "gtzan_mini"

Figures = dict[str, Any]


def measure(data: Path, rounds: int) -> dict[str, list[Figures]]:
    """Every figure of every round. The first round only brings the files into memory and compiles bytecode."""
    figures: dict[str, list[Figures]] = {"peer": [], "floor": [], "cold": [], "stored": []}
    for number in range(rounds + 1):
        with tempfile.TemporaryDirectory() as store:
            for name, found in figures.items():
                once = process(name, data, store)
                if number:
                    found.append(once)
    return figures


def process(name: str, data: Path, store: str) -> Figures:
    """One process's figures."""
    scripts = {"peer": ["peers/notebook.py"], "floor": ["peers/floor.py"]}
    script, *rest = scripts.get(name, ["extraction_once.py", store])
    # Not the run's way into huge pages: what is measured is what a script gets as well.
    command = [sys.executable, str(HERE / script), str(data), *rest]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    assert found.get("from_store", 0) == (found["clips"] if name == "stored" else 0)
    return found


def summary(figures: dict[str, list[Figures]]) -> Figures:
    """Medians, and ratios of medians. CPU time a clip is what another process on the machine changes least."""
    seconds, cpu = medians(figures, "seconds"), medians(figures, "cpu_s")
    clips = figures["cold"][0]["clips"]
    return {
        "clips": clips,
        "rounds": len(figures["cold"]),
        "ms_of_cpu": {name: round(1e3 * median / clips, 2) for name, median in cpu.items()},
        "clips_per_s": {name: round(clips / median, 1) for name, median in seconds.items()},
        "cold_against_peer": round(seconds["peer"] / seconds["cold"], 2),
        "cold_against_peer_cpu": round(cpu["peer"] / cpu["cold"], 2),
        "cold_against_floor": round(seconds["cold"] / seconds["floor"], 2),
        "cold_against_floor_cpu": round(cpu["cold"] / cpu["floor"], 2),
        "stored_against_cold": round(seconds["cold"] / seconds["stored"], 1),
        "first_batch_from_store_s": round(statistics.median(o["first_batch_s"] for o in figures["stored"]), 3),
    }


def medians(figures: dict[str, list[Figures]], of: str) -> dict[str, float]:
    """Of each way to extract."""
    return {name: statistics.median(once[of] for once in found) for name, found in figures.items()}


def table(found: Figures) -> str:
    """The same for people."""
    speeds = found["clips_per_s"]
    rows = [
        ("the notebook's way", speeds["peer"], "1"),
        ("genrekit, cold", speeds["cold"], f"{found['cold_against_peer']} × the notebook's"),
        (
            "the floor: decode, FFT, mel bands",
            speeds["floor"],
            f"genrekit takes {found['cold_against_floor']} × as long",
        ),
        ("genrekit, from the store", speeds["stored"], f"{found['stored_against_cold']} × cold"),
    ]
    lines = ["| log-mel of 30 s clips | clips/s | |", "| --- | --- | --- |"]
    return "\n".join(lines + [f"| {name} | {speed} | {ratio} |" for name, speed, ratio in rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--data", type=Path, default=DATA, help="a folder of wav files at 22,050 Hz, in class folders")
    options = parser.parse_args()
    found = summary(measure(options.data, options.rounds))
    print(table(found))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
