"""What a plugin's source tells of it before it is imported."""

from __future__ import annotations

import importlib.util
from importlib.metadata import EntryPoint
from pathlib import Path


def source_file(module: str) -> Path | None:
    """The file that a module's code is in; its parents are imported, the module is not. None if it is not found."""
    try:
        spec = importlib.util.find_spec(module)
    except (Exception, SystemExit):  # whatever keeps it from being found is what its import will say
        return None
    return Path(spec.origin) if spec and spec.origin else None


def may_implement(point: EntryPoint, hook: str) -> bool:
    """Whether the module may have a function called ``hook``: unless its own source rules that out, it may."""
    path = None if point.attr else source_file(point.module)
    try:
        source = path.read_bytes() if path else b""
    except OSError:
        return True
    return not source or hook.encode() in source or b"import *" in source
