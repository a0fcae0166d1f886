"""Start-up: seconds until the commands that do no work have answered, and what they imported.

    python bench/startup.py [--rounds 5]

Whole processes with compiled bytecode, as a user has after the first call. Prints a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

EXAMPLE = Path(__file__).parent.parent / "examples" / "gtzan_crnn.toml"
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "genrekit --help": ["-m", "genrekit", "--help"],
    "genrekit plugins": ["-m", "genrekit", "plugins"],
    "genrekit recipe check": ["-m", "genrekit", "recipe", "check", str(EXAMPLE)],
    "import torch": ["-c", "import torch"],
}


def main() -> None:
    """Measure each in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, arguments in COMMANDS.items():
            started = time.perf_counter()
            subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=True)
            if number:  # the first round compiles bytecode
                seconds[name].append(time.perf_counter() - started)
    print(json.dumps({name: round(statistics.median(times), 3) for name, times in seconds.items()}))


if __name__ == "__main__":
    main()
