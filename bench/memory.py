"""Peak memory of training, whatever the number of 30 s clips: by default 200, 2,000 and 20,000.

    python bench/memory.py [--counts 200 2000 20000] [--work FOLDER]

Whole runs of ``genrekit run``: each clip is another stretch of one long recording, so each is decoded, stored (0.33 MB)
and loaded by itself; one epoch, of a CRNN so small that what it takes itself hardly matters. ``peak_mb`` is all memory
that the process holds, libraries and memory-mapped files included; ``anonymous`` is what it has asked for. The largest
run writes 7 GB below FOLDER, and takes some minutes. Prints a line of JSON.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RECIPE = """
name = "memory"
[dataset]
use = "table"
path = "clips.csv"
[split]
use = "predefined"
[features]
use = "log-mel"
[model]
use = "crnn"
channels = [2, 4]
hidden_size = 4
gru_layers = 1
head_size = 4
[train]
epochs = 1
batch_size = 32
"""
RATE, CLIP_S, STEP_S, VALIDATION = 22050, 30.0, 0.1, 100


def write_recording(path: Path, seconds: float) -> None:
    """Noise, a minute at a time."""
    import numpy as np
    import soundfile

    rng = np.random.default_rng(0)
    with soundfile.SoundFile(path, "w", samplerate=RATE, channels=1, subtype="PCM_16") as sound:
        for _ in range(int(seconds / 60) + 1):
            sound.write(rng.normal(0, 0.1, 60 * RATE).astype(np.float32))


def write_table(folder: Path, count: int) -> None:
    """``count`` clips to train on, two classes, and some for validation."""
    with (folder / "clips.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label", "part", "start", "end"])
        for number in range(count + VALIDATION):
            start, part = number * STEP_S, "train" if number < count else "validation"
            writer.writerow(["recording.wav", f"class{number % 2}", part, round(start, 3), round(start + CLIP_S, 3)])


def run(folder: Path) -> dict[str, Any]:
    """One run: its seconds, and the most memory it held, in MB."""
    places = ["--runs", str(folder / "runs"), "--store", str(folder / "store"), "--quiet"]
    command = [sys.executable, "-m", "genrekit", "run", str(folder / "recipe.toml"), *places]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    most = {"VmHWM": 0, "RssAnon": 0}
    while process.poll() is None:
        for name, megabytes in held(process.pid).items():
            most[name] = max(most.get(name, 0), megabytes)
        time.sleep(0.02)
    if process.returncode:
        sys.exit(f"genrekit run: exit code {process.returncode}")
    seconds = round(time.perf_counter() - started, 1)
    return {"peak_mb": most["VmHWM"], "anonymous_peak_mb": most["RssAnon"], "seconds": seconds}


def held(pid: int) -> dict[str, int]:
    """What the system says of a process's memory, in MB."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    found = (line.split() for line in lines if line.startswith(("VmHWM", "RssAnon")))
    return {words[0].rstrip(":"): round(int(words[1]) * 1024 / 1e6) for words in found}


def main() -> None:
    """Each count in turn; they share the store, so that each prepares only what is new."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--counts", type=int, nargs="+", default=[200, 2_000, 20_000])
    parser.add_argument("--work", type=Path, help="a folder on a disk with room; none: where temporary files go")
    options = parser.parse_args()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(dir=options.work) as name:
        folder = Path(name)
        write_recording(folder / "recording.wav", (max(options.counts) + VALIDATION) * STEP_S + CLIP_S)
        (folder / "recipe.toml").write_text(RECIPE, encoding="utf-8")
        for count in options.counts:
            write_table(folder, count)
            found[f"{count} clips"] = run(folder)
            print(f"{count} clips: {found[f'{count} clips']}", file=sys.stderr, flush=True)
    first, last = (found[f"{count} clips"]["peak_mb"] for count in (min(options.counts), max(options.counts)))
    print(json.dumps({**found, "growth_mb": last - first}))


if __name__ == "__main__":
    main()
