"""What each ingredient of ``examples/strong.toml`` brings: taken out one at a time, on a cheap protocol.

    python bench/ablation.py DATA [--epochs N] [--left-out NAME+NAME ...] [--seeds N] [--jobs N] [--only NAME ...]

DATA is the folder of the Free Spoken Digit Dataset. Two of its four speakers are left out together, with each seed; the
schedule is shortened to --epochs, and one network is trained, the first, where a change does not say otherwise. Nothing
is chosen on those who are left out: the last epoch counts. Figures are kept in ``bench/ablation.json``, where what is
there already of the same recipe is not run again, and the table goes to ``docs/results.md``. Runs train on one thread
each, --jobs of them at once.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import multiprocessing
import re
import statistics
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import tomli_w

HERE = Path(__file__).parent
RECIPE = HERE.parent / "examples" / "fsdd.toml"
SAVED = HERE / "ablation.json"
PAGE = HERE.parent / "docs" / "results.md"
BEGIN, END = "<!-- ablation -->", "<!-- /ablation -->"

Recipe = dict[str, Any]
Change = Callable[[Recipe], None]


def without(*augmenters: str) -> Change:
    """Those augmenters taken out."""

    def change(recipe: Recipe) -> None:
        recipe["augment"] = [one for one in recipe["augment"] if one["use"] not in augmenters]

    return change


def put(section: str, **options: Any) -> Change:
    """Options of a section set; None takes one out."""

    def change(recipe: Recipe) -> None:
        recipe[section] |= options
        recipe[section] = {name: value for name, value in recipe[section].items() if value is not None}

    return change


WHOLE = "the first network of strong.toml"

CHANGES: dict[str, Change] = {
    WHOLE: lambda recipe: None,
    "all three networks, their mean answer": put("train", ensemble_size=3, ensemble_channels=[[0], [1, 4], [2]]),
    "the second network: below loud frames, two windows": put("train", ensemble_channels=[[1, 4]]),
    "the third network: without tilt": put("train", ensemble_channels=[[2]]),
    "no augmentation at all": lambda recipe: recipe.update(augment=[]),
    "no noise-floor": without("noise-floor"),
    "no stretch": without("stretch"),
    "no mixup": without("mixup"),
    "no filter-augment": without("filter-augment"),
    "no masks": without("time-mask", "frequency-mask"),
    "no time-shift": without("time-shift"),
    "no label smoothing": put("train", loss={"use": "cross-entropy"}),
    "constant learning rate, no warm-up": put("train", scheduler=None),
    "no weight decay": put("train", optimizer={"use": "adamw", "lr": 3e-3, "weight_decay": 0.0}),
    "bins averaged, not weighted": put("model", bins="mean"),
    "frames averaged, no attention": put("model", pooling="mean"),
    "per-bin statistics of the training part": put("model", normalise="bins"),
    "each band's mean subtracted": put("features", normalise="bands"),
    "residual-crnn instead of resnet": lambda recipe: recipe.update(model={"use": "residual-crnn"}),
}


def changed(name: str) -> Recipe:
    """The recipe with that change."""
    recipe = tomllib.loads(RECIPE.read_text(encoding="utf-8"))
    recipe["train"] |= {"ensemble_size": 1, "ensemble_channels": [[0]], "threads": 1}
    CHANGES[name](recipe)
    return recipe


def accuracy(data: Path, name: str, left_out: str, seed: int, epochs: int) -> float:
    """The last epoch's accuracy on the speakers who are left out: the validation part of a run that only trains."""
    import genrekit
    from genrekit.console import Narrator

    recipe = changed(name)
    pattern = recipe["dataset"]["pattern"]
    recipe |= {"dataset": {"use": "table", "path": "clips.csv"}, "split": {"use": "predefined"}, "seed": seed}
    recipe["train"] |= {"epochs": epochs, "evaluate_every": epochs}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "recipe.toml")
        path.write_text(tomli_w.dumps(recipe), encoding="utf-8")
        write_parts(path.with_name("clips.csv"), data, pattern, left_out.split("+"))
        done = genrekit.run(path, runs=folder, narrator=Narrator(), finish=False)
        lines = (done.folder / "history.jsonl").read_text(encoding="utf-8").splitlines()
    return float(json.loads(lines[-1])["accuracy"])


def write_parts(table: Path, data: Path, pattern: str, left_out: Sequence[str]) -> None:
    """Every recording with its digit; those of ``left_out`` are the validation part."""
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label", "group", "part"])
        for path in sorted(data.glob("*.wav")):
            found = re.fullmatch(pattern, path.name)
            if found:
                part = "validation" if found["group"] in left_out else "train"
                writer.writerow([path.resolve(), found["label"], found["group"], part])


def key(name: str, left_out: str, seed: int, epochs: int) -> str:
    """Another recipe has another key."""
    recipe = json.dumps(changed(name), sort_keys=True).encode()
    return json.dumps([name, left_out, seed, epochs, hashlib.sha256(recipe).hexdigest()[:12]])


def missing(options: argparse.Namespace, found: dict[str, float]) -> Iterator[tuple[str, str, int, int]]:
    """What is still to be run, seed by seed, so that an interrupted ablation is one with fewer seeds."""
    for seed in range(1, options.seeds + 1):
        for name in options.only or CHANGES:
            for left_out in options.left_out:
                if key(name, left_out, seed, options.epochs) not in found:
                    yield name, left_out, seed, options.epochs


def table(found: dict[str, float], options: argparse.Namespace) -> str:
    """Mean over seeds and those left out; the deviation is that of the seeds' means."""
    rows = [
        "| recipe | accuracy | deviation over seeds | against the first network | seeds |",
        "| --- | --- | --- | --- | --- |",
    ]
    whole = means(found, WHOLE, options)
    for name in CHANGES:
        each = means(found, name, options)
        shared = sorted(set(each) & set(whole))
        if not shared:
            continue
        mean = statistics.mean(each[seed] for seed in shared)
        spread = f"{statistics.stdev(each[seed] for seed in shared):.3f}" if len(shared) > 1 else ""
        difference = statistics.mean(each[seed] - whole[seed] for seed in shared)
        told = "" if name == WHOLE else f"{difference:+.3f}"
        rows.append(f"| {name} | {mean:.3f} | {spread} | {told} | {len(shared)} |")
    return "\n".join(rows)


def means(found: dict[str, float], name: str, options: argparse.Namespace) -> dict[int, float]:
    """Each seed's mean over those left out, where all of them have been run."""
    seeds = {}
    for seed in range(1, options.seeds + 1):
        keys = [key(name, left_out, seed, options.epochs) for left_out in options.left_out]
        if all(one in found for one in keys):
            seeds[seed] = statistics.mean(found[one] for one in keys)
    return seeds


def write(found: dict[str, float], options: argparse.Namespace) -> None:
    SAVED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table(found, options)}\n{END}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--left-out", nargs="+", default=["jackson+theo"])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=CHANGES, metavar="NAME")
    options = parser.parse_args()
    found: dict[str, float] = json.loads(SAVED.read_text(encoding="utf-8")) if SAVED.exists() else {}

    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=context) as pool:
        jobs = {pool.submit(accuracy, options.data, *job): job for job in missing(options, found)}
        for done in as_completed(jobs):
            if done.exception():
                print(*jobs[done], repr(done.exception()), file=sys.stderr, flush=True)
                continue
            found[key(*jobs[done])] = done.result()
            print(*jobs[done], done.result(), flush=True)
            write(found, options)
    write(found, options)


if __name__ == "__main__":
    main()
