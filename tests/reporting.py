"""Reports of made-up answers: pages without a training before them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
from toy_runs import ToyRuns

from genrekit import recipe as recipes
from genrekit.calibration import Temperature, describe
from genrekit.outcome import Outcome
from genrekit.report import write_report
from genrekit.run_folder import RunFolder

HISTORY = [
    {"epoch": 1, "train_loss": 2.0, "loss": 1.9, "accuracy": 0.3, "macro_f1": 0.2, "lr": 3e-4, "epoch_s": 2.0},
    {"epoch": 2, "train_loss": 1.5, "loss": 1.4, "accuracy": 0.6, "macro_f1": 0.5, "lr": 3e-4, "epoch_s": 2.0},
    {"epoch": 3, "train_loss": 1.1, "loss": 1.6, "accuracy": 0.5, "macro_f1": 0.4, "lr": 1e-4, "epoch_s": 2.0},
]


def answers(
    true: Sequence[int],
    logits: np.ndarray,
    labels: Sequence[str],
    paths: Sequence[str] | None = None,
    part: str = "test",
    **more: Any,
) -> Outcome:
    """What a model with these logits [clips, labels] answers for clips of one window."""
    clips = len(true)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    return Outcome(
        part=part,
        labels=list(labels),
        paths=list(paths or [f"{index}.wav" for index in range(clips)]),
        rows=np.arange(clips),
        groups=[None] * clips,
        truth=np.asarray(true)[:, None] == np.arange(len(labels)),
        probabilities=(shares / shares.sum(axis=1, keepdims=True)).astype(np.float32),
        loss=1.0,
        logits=logits.astype(np.float32),
        example_rows=np.arange(clips),
        **more,
    )


def guesses(clips: int, labels: Sequence[str], paths: Sequence[str] | None = None, part: str = "test") -> Outcome:
    """A model that is right about two times in three."""
    rng = np.random.default_rng(0)
    true = np.arange(clips) % len(labels)
    logits = rng.normal(size=(clips, len(labels))) + 2.2 * (true[:, None] == np.arange(len(labels)))
    return answers(true.tolist(), logits, labels, paths, part)


def figures_of(outcome: Outcome) -> dict[str, Any]:
    """The figures that a page shows, as an evaluator and the core would give them."""
    right = float((outcome.given == outcome.truth).all(axis=1).mean())
    row = {"precision": 0.5, "recall": 0.25, "f1": 0.3, "support": 3}
    return {
        "accuracy": right,
        "macro_f1": right,
        "loss": 1.0,
        "n_clips": len(outcome),
        "per_class": dict.fromkeys(outcome.labels, row),
        "intervals": {"macro_f1": {"low": right - 0.1, "high": right + 0.1}},
        "bootstrap": {"level": 0.95, "resampled": "groups", "units": 4, "resamples": 1000, "note": "only 4 groups"},
        "calibration": describe(outcome, outcome, Temperature(1.5, 6)),
        "risk_coverage": [{"coverage": 0.5, "accuracy": 0.9, "probability": 0.7}, {"coverage": 1.0, "accuracy": 0.6}],
    }


def report(toy: ToyRuns, outcomes: Sequence[Outcome], data: Any = None, **more: Any) -> Path:
    """The page of a run of the toy recipe that ended with these outcomes; ``more`` goes into ``metrics.json``."""
    folder = RunFolder(toy.root / "made-up")
    folder.path.mkdir(exist_ok=True)
    recipe = recipes.load(toy.recipe, more.pop("overrides", ()))
    folder.write_text("recipe.toml", recipes.dump(recipe))
    folder.write_text("recipe_as_written.toml", recipes.dump(recipe, as_written=True))
    folder.write_json("environment.json", {"genrekit": "0.1.0", "python": "3.11"})
    folder.write_json("data.json", {"parts": {"train": {"low": 4}}, "groups": {}, "fingerprint": "abc"} | (data or {}))
    metrics = {outcome.part: figures_of(outcome) for outcome in outcomes} | {"best_epoch": 2, "epochs": 3} | more
    picture = folder.path / "a_picture.svg"
    picture.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    )
    write_report(folder, recipe, json.loads(json.dumps(metrics)), outcomes, HISTORY, [picture])
    return folder.path / "report.html"


class Parsed(HTMLParser):
    """A page's elements, (tag, attributes), in order, and its text outside scripts and styles."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.said = ""
        self._silent = False
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._silent = tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._silent = False
        self.said += " " if tag in {"td", "th"} else ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said += data

    @property
    def text(self) -> str:
        """With white space as a browser shows it."""
        return " ".join(self.said.split())

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        """The attributes of each such element."""
        return [attributes for tag, attributes in self.elements if tag in tags]
