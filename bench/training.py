"""Training: clips a second within an epoch, against the plain script, on the same clips, in turn.

    python bench/training.py [--rounds 3] [--epochs 1] [--frames 1280] [--data FOLDER]

Prints a line of JSON. ``--epochs 20 --rounds 3`` also compares validation macro F1, a seed a round.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def peer(data: Path, options: argparse.Namespace, seed: int) -> dict[str, list[float]]:
    """One run of the plain script."""
    script = str(HERE / "peers" / "notebook_training.py")
    flags = ["--epochs", str(options.epochs), "--frames", str(options.frames), "--seed", str(seed)]
    done = subprocess.run([sys.executable, script, str(data), *flags], capture_output=True, text=True, check=True)
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def genrekit(data: Path, options: argparse.Namespace, seed: int, work: Path) -> dict[str, list[float]]:
    """One run of genrekit on the recipe of the examples."""
    recipe = HERE.parent / "examples" / "gtzan_crnn.toml"
    changes = {
        "dataset.root": data.resolve(),
        "train.epochs": options.epochs,
        "features.frames": options.frames,
        "seed": seed,
        "train.stop_early.patience": 1000,
    }
    sets = [part for key, value in changes.items() for part in ("--set", f"{key}={value}")]
    places = ["--runs", str(work / f"runs{seed}"), "--store", str(work / "store"), "--quiet"]
    subprocess.run([sys.executable, "-m", "genrekit", "run", str(recipe), *sets, *places], check=True)
    history = next((work / f"runs{seed}").glob("*/*/history.jsonl"))
    lines = [json.loads(line) for line in history.read_text().splitlines()]
    data_record = json.loads((history.parent / "data.json").read_text())
    clips = sum(data_record["parts"]["train"].values())
    return {
        "clips_per_s": [clips / line["train_s"] for line in lines],
        "macro_f1": [line["macro_f1"] for line in lines],
    }


def summary(rounds: list[dict[str, list[float]]]) -> dict[str, Any]:
    """The median rate over all epochs, and each round's best macro F1."""
    rates = [rate for one in rounds for rate in one["clips_per_s"]]
    return {
        "clips_per_s": round(statistics.median(rates), 2),
        "best_macro_f1": [max(one["macro_f1"]) for one in rounds],
    }


def main() -> None:
    """Measure in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--frames", type=int, default=1280)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data" / "gtzan_mini")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        rounds = [
            (genrekit(options.data, options, seed, Path(work)), peer(options.data, options, seed))
            for seed in range(options.rounds)
        ]
    ours, theirs = summary([pair[0] for pair in rounds]), summary([pair[1] for pair in rounds])
    ratio = round(ours["clips_per_s"] / theirs["clips_per_s"], 2)
    print(json.dumps({"genrekit": ours, "peer": theirs, "ratio": ratio}))


if __name__ == "__main__":
    main()
