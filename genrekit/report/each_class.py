"""Each class's figures as a table, whatever figures the evaluators give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from genrekit.report.summary import is_figure

USUAL = ("precision", "recall", "f1", "average_precision", "roc_auc", "threshold", "support")
BESIDE = ("f1", "average_precision")
"""The figures that are also shown for the validation part."""


@dataclass(frozen=True)
class ClassTable:
    """``rows`` are (label, reported figures by name, the validation part's figure beside them)."""

    columns: list[str]
    beside: str | None
    rows: list[tuple[str, Mapping[str, Any], float | None]]


def class_table(metrics: Mapping[str, Any], part: str) -> ClassTable | None:
    """The table, from ``per_class`` (or ``per_label``) of the reported part; None without one."""
    found = _classes(metrics.get(part))
    if not found:
        return None
    names = dict.fromkeys(name for row in found.values() for name, value in row.items() if is_figure(value))
    columns = sorted(names, key=lambda name: USUAL.index(name) if name in USUAL else len(USUAL) - 1.5)
    others = _classes(metrics.get("validation")) if part != "validation" else {}
    beside = next((name for name in BESIDE if name in columns), None) if others else None
    rows = [(label, row, others.get(label, {}).get(beside) if beside else None) for label, row in found.items()]
    return ClassTable(columns, beside, rows)


def _classes(figures: Mapping[str, Any] | None) -> Mapping[str, Mapping[str, Any]]:
    given = figures or {}
    found = given.get("per_class") or given.get("per_label") or {}
    return {label: row for label, row in found.items() if isinstance(row, Mapping)}
