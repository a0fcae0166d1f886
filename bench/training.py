"""Training the CRNN: clips a second within an epoch, and what is learnt, against the plain float32 script.

    python bench/training.py [--rounds 3] [--epochs 20] [--frames 320] [--resume FOLDER] [--data FOLDER]

Both train the same network with the same optimizer and schedule on the same clips and split; the script's batches are
in memory, genrekit's come from a filled store. Speed: two epochs of full-size examples (1280 frames) a process, in
turn; both ways work things out once in the first. What is learnt: the first ``--frames`` of each clip, to be done
within the hour, for ``--epochs``, a seed and a split a round; the best epoch's macro F1 on 30 clips that were held
back. Both augment training clips in the same three ways: the script once, genrekit anew in each epoch. With
``--resume``, measurements that FOLDER holds are not made again.
Prints a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training_tables import write_table

HERE = Path(__file__).parent
DATA = Path(os.environ.get("GENREKIT_TEST_DATA", HERE.parent.parent / "shared" / "data")) / "gtzan_mini"
FULL_SIZE = 1280
Epochs = dict[str, list[float]]


def peer(table: Path, epochs: int, frames: int, seed: int, work: Path) -> Epochs:
    """One run of the plain script."""
    flags = ["--epochs", str(epochs), "--frames", str(frames), "--seed", str(seed)]
    command = [sys.executable, str(HERE / "peers" / "notebook_training.py"), str(table), *flags]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: Epochs = json.loads(done.stdout.splitlines()[-1])
    return found


def genrekit(table: Path, epochs: int, frames: int, seed: int, work: Path) -> Epochs:
    """One run of genrekit, of the example's options on the table."""
    text = (HERE.parent / "examples" / "gtzan_crnn.toml").read_text(encoding="utf-8")
    before, _, after = text.partition("[dataset]")
    recipe = work / f"{table.stem}.toml"
    parts = f'[dataset]\nuse = "table"\npath = "{table}"\n\n[split]\nuse = "predefined"\n\n'
    recipe.write_text(before + parts + after[after.index("[features]") :], encoding="utf-8")
    changes = {"train.epochs": epochs, "features.frames": frames, "seed": seed, "train.stop_early.patience": 1000}
    sets = [word for key, value in changes.items() for word in ("--set", f"{key}={value}")]
    with tempfile.TemporaryDirectory(dir=work) as runs:
        places = ["--runs", runs, "--store", str(work / "store"), "--quiet"]
        command = [sys.executable, "-m", "genrekit", "run", str(recipe), *sets, *places]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        folder = next(Path(runs).glob("*/*/history.jsonl")).parent
        lines = [json.loads(line) for line in (folder / "history.jsonl").read_text().splitlines()]
        clips = sum(json.loads((folder / "data.json").read_text())["parts"]["train"].values())
    return {
        "clips_per_s": [clips / line["train_s"] for line in lines],
        "macro_f1": [line["macro_f1"] for line in lines],
    }


class Bench:
    """Both ways in turn; what was measured is kept in ``work``."""

    def __init__(self, work: Path, options: argparse.Namespace) -> None:
        self.work, self.options = work.resolve(), options
        self.work.mkdir(parents=True, exist_ok=True)

    def rounds(self, name: str, held: float, frames: int, epochs: int) -> dict[str, list[Epochs]]:
        """Each way's epochs, a round after the other."""
        found: dict[str, list[Epochs]] = {"genrekit": [], "peer": []}
        ways: dict[str, Callable[..., Epochs]] = {"genrekit": genrekit, "peer": peer}
        for seed in range(self.options.rounds):
            table = write_table(self.work / f"{name}{seed}.csv", self.options.data, held, frames, seed)
            for way, run in ways.items():
                saved = self.work / f"{name}-{way}-{seed}-{epochs}-{frames}.json"
                if not saved.exists():
                    saved.write_text(json.dumps(run(table, epochs, frames, seed, self.work)), encoding="utf-8")
                found[way].append(json.loads(saved.read_text(encoding="utf-8")))
                print(f"{name}, {way}, round {seed + 1}: {found[way][-1]}", file=sys.stderr, flush=True)
        return found

    def speed(self) -> dict[str, Any]:
        """Clips a second, medians over the rounds: of a process's first epoch, and of its second."""
        found = self.rounds("speed", 0.15, FULL_SIZE, 2)
        told: dict[str, Any] = {"frames": FULL_SIZE, "epochs_each": 2 * self.options.rounds}
        for epoch, which in enumerate(("first_epoch", "second_epoch")):
            medians = {way: statistics.median(one["clips_per_s"][epoch] for one in ones) for way, ones in found.items()}
            told[which] = {f"{way}_clips_per_s": round(median, 2) for way, median in medians.items()}
            told[which]["ratio"] = round(medians["genrekit"] / medians["peer"], 2)
        return told

    def learnt(self) -> dict[str, Any]:
        """The best epoch's macro F1 of each seed; equal if the means are no further apart than one way's seeds."""
        found = self.rounds("learnt", 0.3, self.options.frames, self.options.epochs)
        best = {way: [max(one["macro_f1"]) for one in ones] for way, ones in found.items()}
        spread = max(max(scores) - min(scores) for scores in best.values())
        apart = statistics.mean(best["genrekit"]) - statistics.mean(best["peer"])
        return {
            "frames": self.options.frames,
            "epochs": self.options.epochs,
            **{f"{way}_macro_f1": ", ".join(f"{score:.3f}" for score in scores) for way, scores in best.items()},
            **{f"{way}_mean": round(statistics.mean(scores), 3) for way, scores in best.items()},
            "genrekit_minus_peer": round(apart, 3),
            "spread_of_seeds": round(spread, 3),
            "equal_within_the_spread": abs(apart) <= spread,
        }


def main() -> None:
    """Measure in turn."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--frames", type=int, default=320)
    parser.add_argument("--data", type=Path, default=DATA, help="a folder of wav files at 22,050 Hz, in class folders")
    parser.add_argument("--resume", type=Path, help="a folder that keeps what was measured")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        bench = Bench(options.resume or Path(temporary), options)
        print(json.dumps({"speed": bench.speed(), "what is learnt": bench.learnt()}))


if __name__ == "__main__":
    main()
