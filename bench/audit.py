"""An audit of 1,000 clips of 30 s: seconds, and whether the twins among them are found.

    python bench/audit.py [--clips 1000] [--rounds 3]

The clips are made: notes in noise, two thirds 16-bit WAV and one third MP3, 22,050 Hz; each fortieth is an MP3 copy of
another one, less loud and starting later. Each round is a process of its own. The last line is JSON.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

RATE, SECONDS, EVERY = 22050, 30, 40


def music(seed: int) -> np.ndarray:
    """Notes of one scale, so that all clips resemble each other."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(0.5 * RATE)) / RATE
    scale = 220 * 2 ** (np.array([0, 2, 4, 7, 9, 12, 14]) / 12)
    # A few notes of each pitch, used again and again: making clips is not what is measured.
    tones = [
        sum(np.sin(2 * np.pi * pitch * k * time_s + rng.uniform(0, 6.3)) / k for k in range(1, 6)) * np.exp(-6 * time_s)
        for pitch in scale
        for _ in range(4)
    ]
    out = 0.003 * rng.normal(size=SECONDS * RATE)
    for at in (rng.uniform(0, SECONDS - 0.6, 150) * RATE).astype(int):
        out[at : at + len(time_s)] += 0.05 * tones[rng.integers(len(tones))]
    return out


def make(root: Path, count: int) -> int:
    """Write the clips in two classes; returns how many are copies."""
    copies = 0
    for number in range(count):
        folder = root / "ab"[number % 2]
        folder.mkdir(exist_ok=True)
        if number % EVERY == EVERY - 1:
            copies += 1
            mp3(folder / f"{number}.mp3", 0.4 * music(number - 2)[RATE:])
        elif number % 3 == 0:
            mp3(folder / f"{number}.mp3", music(number))
        else:
            soundfile.write(folder / f"{number}.wav", music(number), RATE)
    return copies


def mp3(path: Path, waveform: np.ndarray) -> None:
    """64 kbit/s."""
    options = {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "CONSTANT", "compression_level": 0.6}
    soundfile.write(path, waveform, RATE, **options)


def once(folder: str, store: str) -> dict[str, Any]:
    """One audit in this process."""
    import genrekit

    found = genrekit.audit(folder, store=store)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    paths = found.material.clips.column("path")
    pairs = [tuple(sorted(int(Path(paths[row]).stem) for row in (t.first, t.second))) for t in found.material.twins]
    right = sum(pair[1] % EVERY == EVERY - 1 and pair[0] == pair[1] - 2 for pair in pairs)
    return {
        "seconds": round(found.seconds, 2),
        "cpu_s": round(usage.ru_utime + usage.ru_stime, 2),
        "peak_mb": round(usage.ru_maxrss / 1024),
        "twins": len(pairs),
        "right": right,
    }


def measure(count: int, rounds: int) -> dict[str, Any]:
    """The median of the rounds."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "clips"
        root.mkdir()
        copies = make(root, count)
        done = []
        for _ in range(rounds):
            line = [sys.executable, __file__, "--once", str(root), str(Path(folder) / "store")]
            out = subprocess.run(line, capture_output=True, text=True, check=True).stdout
            done.append(json.loads(out.splitlines()[-1]))
    seconds = statistics.median(one["seconds"] for one in done)
    return {
        "clips": count,
        "seconds": seconds,
        "clips_per_s": round(count / seconds, 1),
        "cpu_ms_a_clip": round(1e3 * statistics.median(one["cpu_s"] for one in done) / count, 1),
        "peak_mb": max(one["peak_mb"] for one in done),
        "copies": copies,
        "copies_found": done[0]["right"],
        "others_called_twins": done[0]["twins"] - done[0]["right"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--once", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    found = once(*options.once) if options.once else measure(options.clips, options.rounds)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
