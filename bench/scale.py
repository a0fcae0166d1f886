"""A table of a million clips: read, checked, split by class without dividing a group. Seconds and peak memory.

    python bench/scale.py [--rows 1000000]

Prints one line of JSON. The audio files are not there but for the first ones, for none is opened before a run prepares.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

RECIPE = """
name = "scale"
[dataset]
use = "table"
path = "clips.csv"
group_column = "speaker"
[split]
use = "random"
validation = 0.1
test = 0.1
[features]
use = "log-mel"
[model]
use = "crnn"
[train]
epochs = 1
"""


def write_table(folder: Path, rows: int) -> None:
    """Ten classes, a group for every ten clips."""
    import numpy as np
    import soundfile

    soundfile.write(folder / "clip.wav", np.zeros(800), 8000)
    lines = (f"clip.wav,class{row % 10},speaker{row // 100 * 10 + row % 10},{row / 10:.1f}" for row in range(rows))
    (folder / "clips.csv").write_text("path,label,speaker,start\n" + "\n".join(lines) + "\n")
    (folder / "recipe.toml").write_text(RECIPE)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        write_table(Path(name), rows)
        started = time.perf_counter()
        from genrekit import recipe
        from genrekit.splitting import read_clips, split_clips

        loaded = recipe.load(Path(name) / "recipe.toml")
        clips = split_clips(loaded, read_clips(loaded))
        seconds = time.perf_counter() - started
    parts, groups = clips.column("part"), clips.column("group")
    sides: dict[str, set[str]] = {}
    for part, group in zip(parts, groups, strict=True):
        sides.setdefault(group, set()).add(part)
    assert max(map(len, sides.values())) == 1, "a group stands on two sides"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"rows": rows, "seconds": round(seconds, 2), "peak_mb": round(peak / 1e6), **clips.counts()}))


if __name__ == "__main__":
    main()
