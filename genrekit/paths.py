"""Paths in recipes: ``~`` and ``$VARIABLES`` expanded, relative to the file they are written in."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo


class Override(str):
    """A string typed on the command line: a path in it is relative to the working directory, not to the recipe."""


def _expand(value: object, info: ValidationInfo) -> object:
    if not isinstance(value, str):
        return value
    expanded = os.path.expanduser(os.path.expandvars(value))
    unset = re.search(r"\$(\w+|\{\w+\})", expanded)
    if unset:
        raise ValueError(f"the environment variable {unset.group(1).strip('{}')} is not set")
    base = None if isinstance(value, Override) else (info.context or {}).get("base")
    return Path(os.path.normpath((base or Path.cwd()) / expanded))


RecipePath = Annotated[Path, BeforeValidator(_expand)]
"""The type of a component's path option."""
