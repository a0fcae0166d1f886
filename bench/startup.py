"""Start-up: seconds until the commands that do no work have answered.

    python bench/startup.py [--rounds 5]

Whole processes with compiled bytecode, as a user has after the first call. "alone": plugin packages that lie beside
genrekit are blocked, as if it were there by itself. autrainer 0.10 is another framework for the same work, left
out where it cannot be installed. Prints a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

import autrainer_peer
from script import GENREKIT

EXAMPLE = Path(__file__).parent.parent / "examples" / "gtzan_crnn.toml"
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "genrekit --help": [sys.executable, str(GENREKIT), "--help"],
    "genrekit plugins": [sys.executable, str(GENREKIT), "plugins"],
    "genrekit recipe check": [sys.executable, str(GENREKIT), "recipe", "check", str(EXAMPLE)],
    "import torch": [sys.executable, "-c", "import torch"],
}


def others() -> list[str]:
    """The distributions that bring plugins, other than genrekit's own."""
    points = metadata.entry_points(group="genrekit")
    return sorted({point.dist.name for point in points if point.dist} - {"genrekit"})


def commands() -> dict[str, list[str]]:
    """Ours, and the peer's where it is to be had."""
    peer = autrainer_peer.executable()
    blocks = [word for name in others() for word in ("--block", name)]
    alone = {"genrekit plugins, alone": [sys.executable, str(GENREKIT), *blocks, "plugins"]}
    return COMMANDS | alone | ({"autrainer --help": [str(peer), "--help"]} if peer else {})


def main() -> None:
    """Measure each in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    measured = commands()
    seconds: dict[str, list[float]] = {name: [] for name in measured}
    for number in range(rounds + 1):
        for name, command in measured.items():
            started = time.perf_counter()
            subprocess.run(command, env=environment, capture_output=True, check=True)
            if number:  # the first round compiles bytecode
                seconds[name].append(time.perf_counter() - started)
    print(json.dumps({name: round(statistics.median(times), 3) for name, times in seconds.items()}))


if __name__ == "__main__":
    main()
