"""Which column of a table means what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from genrekit import DataError
from genrekit.errors import Problem, did_you_mean

if TYPE_CHECKING:
    import polars as pl


def chosen_columns(named: Mapping[str, str | None], there: Sequence[str], where: str) -> dict[str, str]:
    """Meaning -> column, from what the recipe ``named`` and else by the meaning's own name.

    ``path`` and one of ``label`` and ``labels`` must be there. Raises `genrekit.DataError` with every missing column.
    """
    problems = list(_missing(named, there, where))
    if problems:
        raise DataError.of(problems)
    columns = {meaning: name or meaning for meaning, name in named.items() if (name or meaning) in there}
    if named["labels"]:
        columns.pop("label", None)
    elif "label" in columns:
        columns.pop("labels", None)
    return columns


def _missing(named: Mapping[str, str | None], there: Sequence[str], where: str) -> Iterator[Problem]:
    known = f"the columns are {', '.join(there)}"
    for meaning, name in named.items():
        if name and name not in there:
            what = f"no column '{name}'{did_you_mean(name, there)}"
            yield Problem(what, where, why=known, hint=f"--set dataset.{meaning}_column=NAME")
    if not (named["label"] or named["labels"] or {"label", "labels"} & set(there)):
        close = did_you_mean("label", there) or did_you_mean("labels", there)
        yield Problem(f"no column 'label' or 'labels'{close}", where, why=known, hint="--set dataset.label_column=NAME")


def check_types(schema: pl.Schema, columns: Mapping[str, str], where: str) -> None:
    """`DataError` for columns that hold neither text, numbers nor, for labels, lists of them."""
    import polars as pl

    for meaning, column in columns.items():
        kind = schema[column]
        listed = kind.inner if isinstance(kind, pl.List | pl.Array) and meaning in {"label", "labels"} else kind
        if isinstance(listed, pl.DataType) and (listed.is_nested() or listed == pl.Binary):
            raise DataError(f"column '{column}' holds {kind}, not text", where=where)
