"""How well probabilities rank clips, label by label: scikit-learn's ROC AUC and average precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

TITLES = {"roc_auc": "roc_auc", "mean_average_precision": "average_precision"}
"""The mean over labels -> each label's figure."""


def ranking_by_label(truth: np.ndarray, shares: np.ndarray) -> list[dict[str, float | None]]:
    """Each label's figures, from ``truth`` bool and ``shares`` float, both [clips, labels].

    Neither is defined for a label that no clip has; the ROC AUC neither for one that every clip has.
    """
    from sklearn.metrics import average_precision_score, roc_auc_score

    rows: list[dict[str, float | None]] = []
    for has, share in zip(truth.T, shares.T, strict=True):
        both = bool(has.any()) and not has.all()
        rows.append(
            {
                "roc_auc": float(roc_auc_score(has, share)) if both else None,
                "average_precision": float(average_precision_score(has, share)) if has.any() else None,
            }
        )
    return rows


def ranking_means(rows: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> dict[str, Any]:
    """The means over the labels that define them, and under "undefined" the labels that do not."""
    figures: dict[str, Any] = {}
    undefined: dict[str, list[str]] = {}
    for mean, figure in TITLES.items():
        known = [row[figure] for row in rows if row[figure] is not None]
        figures[mean] = sum(known) / len(known) if known else None
        missing = [label for label, row in zip(labels, rows, strict=True) if row[figure] is None]
        undefined |= {mean: missing} if missing else {}
    return figures | {"undefined": undefined}
