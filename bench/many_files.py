"""Peak memory of ``genrekit predict FOLDER --out predictions.parquet``, from 1,000 files to 100,000 in one folder.

    python bench/many_files.py [--counts 1000 10000 100000]

The files are links to ten recordings of half a second at 8 kHz; the model is as small. ``peak_mb`` is all memory that
the process held at once. Every row of the table is compared with the list of files. Prints a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CHILD = """
import json, resource, sys
from genrekit.cli import main
code = main(sys.argv[1:])
print(json.dumps([code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


def make_files(folder: Path, count: int) -> None:
    """Ten recordings of noise, and links to them."""
    import numpy as np
    import soundfile

    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(count):
        path = folder / f"{number:06}.wav"
        if number < 10:
            soundfile.write(path, rng.normal(0, 0.1, 4000), 8000, subtype="PCM_16")
        else:
            os.link(folder / f"{number % 10:06}.wav", path)


def measured(model: Path, work: Path, count: int) -> dict[str, Any]:
    """One prediction of so many files."""
    import polars as pl

    folder, out = work / str(count), work / f"{count}.parquet"
    make_files(folder, count)
    command = ["predict", str(folder), "--model", str(model), "--out", str(out)]
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", CHILD, *command], stdout=subprocess.PIPE, text=True, check=True)
    seconds = time.perf_counter() - began
    code, peak_kb = json.loads(done.stdout)
    table = pl.read_parquet(out)
    assert code == 0
    assert table["path"].to_list() == [str(folder / f"{number:06}.wav") for number in range(count)]
    return {"files": count, "seconds": round(seconds, 1), "peak_mb": round(peak_kb / 1024, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[1000, 10_000, 100_000])
    counts = parser.parse_args().counts
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        subprocess.run([sys.executable, HERE / "predict_bundle.py", work / "model", "small"], check=True)
        print(json.dumps({"runs": [measured(work / "model", work, count) for count in counts]}))


if __name__ == "__main__":
    main()
