"""What to type where ``--set model.use=svm`` meets options that the file gives to another model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from genrekit.errors import Problem
from genrekit.recipe.place import Path


def exchanged(error: ValidationError, overrides: dict[Path, str]) -> Iterator[Problem]:
    """A problem for each component that was exchanged on the command line and left options behind in the file."""
    tables = {tuple(part for part in path[:-1]): where for path, where in overrides.items() if path[-1:] == ("use",)}
    unknown: list[tuple[Any, ...]] = [
        detail["loc"] for detail in error.errors(include_url=False) if detail["type"] == "extra_forbidden"
    ]
    for table, where in tables.items():
        if any(loc[: len(table)] == table and (*table, loc[-1]) not in overrides for loc in unknown):
            key, name = ".".join(map(str, table)), where.partition("=")[2].strip("\"' ")
            what = f"[{key}] has options in the file that are of what it was before; to leave them out, write"
            yield Problem(f"{what} --set '{key}={{use=\"{name}\"}}'", where=where)
