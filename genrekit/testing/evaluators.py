"""The contract of evaluators."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit.component import Evaluator
from genrekit.errors import GenrekitError
from genrekit.testing.contract import Case, Skip, check

if TYPE_CHECKING:
    from genrekit.outcome import Outcome

LABELS = ["jazz", "metal", "waltz"]


def check_evaluator(component: Evaluator) -> None:
    """Check a `genrekit.Evaluator`; raises AssertionError with everything that is wrong."""
    from genrekit.testing.contract import check_component

    check_component(component)


def example_outcome(clips: int = 30, right: float = 0.7, multi_label: bool = False, classes: int = 3) -> Outcome:
    """Answers for ``clips``, of which about ``right`` are right; ``classes`` of the three labels occur."""
    import numpy as np

    from genrekit.outcome import Outcome

    rng = np.random.default_rng(clips)
    true = np.arange(clips) % classes
    best = np.where(rng.random(clips) < right, true, (true + 1) % len(LABELS))
    logits = rng.normal(size=(clips, len(LABELS))).astype(np.float32)
    logits[np.arange(clips), best] += 4
    truth = np.arange(len(LABELS)) == true[:, None]
    if multi_label:
        truth |= np.arange(len(LABELS)) == (true[:, None] + np.arange(clips)[:, None] % 2)
    return Outcome(
        part="test",
        labels=list(LABELS),
        paths=[f"{index}.wav" for index in range(clips)],
        rows=np.arange(clips),
        groups=[f"artist {index // 3}" for index in range(clips)],
        truth=truth,
        probabilities=_probabilities(logits, multi_label),
        loss=0.75,
        multi_label=multi_label,
        logits=logits,
        example_rows=np.arange(clips),
        starts_s=[0.0] * clips,
        durations_s=[None] * clips,
    )


def _probabilities(logits: Any, multi_label: bool) -> Any:
    import numpy as np

    if multi_label:
        return 1 / (1 + np.exp(-logits))
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def _outcomes(multi_label: bool) -> dict[str, Outcome]:
    return {
        "30 clips": example_outcome(multi_label=multi_label),
        "clips that are all right": example_outcome(right=1, multi_label=multi_label),
        "clips that are all wrong": example_outcome(right=0, multi_label=multi_label),
        "clips of which no one has the last label": example_outcome(classes=2, multi_label=multi_label),
        "one clip": example_outcome(clips=1, multi_label=multi_label),
    }


def _only_multi_label(case: Case) -> bool:
    return "single-label" not in getattr(case.component, "tasks", {"single-label"})


def _figures(case: Case, what: str, outcome: Outcome) -> dict[str, Any]:
    try:
        found: dict[str, Any] = case.component.metrics(outcome)
    except GenrekitError:
        raise
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
    return found


@check("figures are JSON", "evaluator")
def figures_are_json(case: Case) -> None:
    """metrics() gives names and what JSON can hold: plain numbers, no NumPy's; also where a class or all is missing."""
    for what, outcome in _outcomes(_only_multi_label(case)).items():
        found = _figures(case, what, outcome)
        assert isinstance(found, dict), f"metrics() gives a {type(found).__name__}, not a dict"
        assert all(isinstance(name, str) for name in found), "the names of figures are text"
        try:
            json.dumps(found)
        except TypeError as error:
            raise AssertionError(f"{what}: {error}; write float(…), int(…), .tolist()") from None


@check("always the same", "evaluator")
def repeatable(case: Case) -> None:
    """The same answers give the same figures, and are not changed."""
    outcome = example_outcome(multi_label=_only_multi_label(case))
    before = copy.deepcopy(outcome)
    first = case.component.metrics(outcome)
    assert case.component.metrics(before) == first, "a second call gives other figures"
    for name in ("probabilities", "truth", "rows", "logits"):
        assert (getattr(outcome, name) == getattr(before, name)).all(), f"metrics() changes the outcome's {name}"


@check("resampled figures", "evaluator")
def resampled(case: Case) -> None:
    """resample() gives a number for each draw, NaN where undefined; for the clips as they are, the figure itself."""
    import numpy as np

    outcome = example_outcome(multi_label=_only_multi_label(case))
    counts = np.asarray([[1] * len(outcome), [2] * len(outcome), [3, *[0] * (len(outcome) - 1)]])
    found, figures = case.component.resample(outcome, counts), case.component.metrics(outcome)
    for name, values in found.items():
        assert np.shape(values) == (3,), f"{name} of 3 draws has the shape {np.shape(values)}"
        if isinstance(figures.get(name), float) and np.isfinite(values[:2]).all():
            same = np.allclose(values[:2], figures[name], rtol=1e-4, atol=1e-6)
            assert same, f"{name} is {figures[name]}, but {values[0]} of a draw of each clip once"


@check("several labels a clip", "evaluator")
def several_labels(case: Case) -> None:
    """Where `Evaluator.tasks` holds "multi-label", answers of several labels a clip have figures too."""
    if "multi-label" not in getattr(case.component, "tasks", ()):
        raise Skip("its tasks do not hold multi-label")
    json.dumps(case.component.metrics(example_outcome(multi_label=True)))


@check("pictures", "evaluator")
def pictures(case: Case) -> None:
    """pictures() writes into the folder that it is given, and says what it wrote; also after no epoch at all."""
    histories: list[list[dict[str, float]]] = [[], [{"epoch": 1.0, "train_loss": 1.0, "loss": 1.2, "accuracy": 0.5}]]
    drawn: list[Path] = []
    for number, history in enumerate(histories):
        folder = case.folder / f"pictures-{number}"
        folder.mkdir()
        drawn = list(case.component.pictures(example_outcome(multi_label=_only_multi_label(case)), history, folder))
        missing = [path for path in drawn if not Path(path).is_file()]
        assert not missing, f"{missing[:1]} is said to be drawn, and is not there"
        assert all(folder in Path(path).parents for path in drawn), "a picture lies outside the folder that was given"
    if not drawn:
        raise Skip("it draws none")
    _no_figure_left()


def _no_figure_left() -> None:
    import sys

    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    assert not (pyplot and pyplot.get_fignums()), "a figure is left open; close it, or draw without pyplot"
