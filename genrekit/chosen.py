"""What the validation clips of a run chose, as people read it: figures of clips that chose something flatter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from genrekit.history import LAST

KEY = "validation_chose"
"""Where ``metrics.json`` has the list; a run of an older version has none."""

EPOCH = "the epoch"


def chosen(metrics: Mapping[str, Any], keep: str) -> list[str]:
    """The list of a run, or a series; of an older one what ``keep``, its recipe's, tells."""
    found: list[str] | None = metrics.get(KEY)
    older = [EPOCH] if "validation" in metrics and keep != LAST else []
    return older if found is None else found


def chosen_by_any(runs: Iterable[Sequence[str]]) -> list[str]:
    """What the validation clips of any of several runs chose."""
    return list(dict.fromkeys(name for run in runs for name in run))


def in_words(names: Sequence[str]) -> str:
    """``the epoch, the temperature and when to abstain``; "" of none."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
