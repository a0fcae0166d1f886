"""Probabilities for a part's clips, in evaluation mode, in float32, nothing drawn: as the bundle will answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from genrekit.clips import Clips
from genrekit.component import Evaluator
from genrekit.examples import Examples
from genrekit.outcome import Outcome
from genrekit.prefetch import ahead
from genrekit.processes import Processes

if TYPE_CHECKING:
    import numpy as np
    import torch

    Featurize = Callable[[list[torch.Tensor]], torch.Tensor]


def compute_logits(
    network: torch.nn.Module, featurize: Featurize, examples: Examples, batch_size: int, processes: Processes
) -> np.ndarray:
    """The network's logits float32 [examples, classes]; each process computes its share, each gets all."""
    import numpy as np
    import torch

    network.eval()
    share = np.arange(len(examples))[processes.share(len(examples))]
    batches = (share[start : start + batch_size] for start in range(0, len(share), batch_size))
    with torch.inference_mode():
        logits = [network(featurize(batch)).float().cpu() for batch in ahead(map(examples.load, batches))]
    own = torch.cat(logits).numpy() if logits else np.zeros((0, 0), np.float32)
    return processes.gather(own)


def outcome_of(
    part: str, logits: np.ndarray, examples: Examples, clips: Clips, labels: list[str], multi_label: bool = False
) -> Outcome:
    """What ``logits`` [examples, classes] say of each clip; a clip's windows are averaged."""
    import numpy as np

    rows, first = np.unique(examples.rows, return_index=True)
    truth = truth_of(examples.targets, len(labels))
    columns = {name: clips.column(name) for name in ("path", "group", "start_s", "duration_s")}
    paths, groups, starts_s, durations_s = ([values[row] for row in rows] for values in columns.values())
    return Outcome(
        part=part,
        labels=labels,
        paths=paths,
        rows=rows,
        groups=groups,
        truth=truth[first],
        probabilities=mean_by_row(examples.rows, probabilities_of(logits, multi_label)),
        loss=mean_loss(logits, truth, multi_label),
        multi_label=multi_label,
        logits=logits,
        example_rows=examples.rows,
        starts_s=starts_s,
        durations_s=durations_s,
    )


def arbitrary_outcome(examples: Examples, clips: Clips, labels: list[str], multi_label: bool) -> Outcome:
    """What somebody who draws lots says of a part's clips: it has the figures that answers for them have."""
    import numpy as np

    logits = np.random.default_rng(0).normal(size=examples.targets.shape).astype(np.float32)
    return outcome_of("validation", logits, examples, clips, labels, multi_label)


def truth_of(targets: np.ndarray, classes: int) -> np.ndarray:
    """Targets, as label indices [examples] or as shares of labels [examples, classes], as bool [examples, classes]."""
    import numpy as np

    truth: np.ndarray = targets[:, None] == np.arange(classes) if targets.ndim == 1 else targets > 0.5
    return truth


def probabilities_of(logits: np.ndarray, multi_label: bool, temperature: float = 1.0) -> np.ndarray:
    """Softmax, or sigmoid if ``multi_label``, of ``logits`` / ``temperature``: float32 [examples, classes]."""
    import torch

    scores = torch.from_numpy(logits) / temperature
    probabilities: np.ndarray = (scores.sigmoid() if multi_label else scores.softmax(dim=1)).numpy()
    return probabilities


def mean_loss(logits: np.ndarray, truth: np.ndarray, multi_label: bool) -> float:
    """The mean cross-entropy over examples; if ``multi_label``, the mean binary one over examples and labels."""
    import torch
    from torch.nn import functional

    scores, targets = torch.from_numpy(logits), torch.from_numpy(truth).float()
    loss = functional.binary_cross_entropy_with_logits if multi_label else functional.cross_entropy
    return loss(scores, targets).item()


def mean_by_row(rows: np.ndarray, values: np.ndarray) -> np.ndarray:
    """The mean of ``values`` [examples, k] over equal ``rows`` [examples]: [distinct rows, k], by row."""
    import numpy as np

    distinct, inverse, counts = np.unique(rows, return_inverse=True, return_counts=True)
    sums = np.zeros((len(distinct), values.shape[1]), dtype=np.float64)
    np.add.at(sums, inverse, values)
    return (sums / counts[:, None]).astype(np.float32)


def figures(evaluators: Iterable[Evaluator], outcome: Outcome) -> dict[str, Any]:
    """All evaluators' figures in one object."""
    merged: dict[str, Any] = {}
    for evaluator in evaluators:
        merged |= evaluator.metrics(outcome)
    return merged


def plain_numbers(metrics: dict[str, Any]) -> dict[str, float]:
    """The figures that fit into a line of the history."""
    return {name: float(value) for name, value in metrics.items() if isinstance(value, int | float)}
