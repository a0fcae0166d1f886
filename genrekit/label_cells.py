r"""Several labels in one cell of a table, ``rock;jazz``, so that they can be told apart again whatever their names are.

A label's own semicolons and backslashes are written ``\;`` and ``\\``. Tables of clips with one label each have no need
of it: there a cell is the label as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

BETWEEN_LABELS = ";"


def in_cell(labels: Iterable[str]) -> str:
    r"""The cell.

    >>> print(in_cell(["rock", "a;b"]))
    rock;a\;b
    """
    return BETWEEN_LABELS.join(label.replace("\\", "\\\\").replace(BETWEEN_LABELS, "\\;") for label in labels)


def of_cell(cell: str) -> list[str]:
    r"""The labels of a cell; none of an empty one.

    >>> of_cell(r"rock;a\;b")
    ['rock', 'a;b']
    """
    labels = [""]
    for token in re.findall(r"\\.|;|[^\\;]+|\\", cell, re.DOTALL):
        if token == BETWEEN_LABELS:
            labels.append("")
        else:
            labels[-1] += token[1:] if token[0] == "\\" else token
    return labels if cell else []
