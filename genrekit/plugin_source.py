"""What a plugin's source tells of it before it is imported."""

from __future__ import annotations

import importlib.util
from importlib.metadata import EntryPoint
from pathlib import Path


def may_implement(point: EntryPoint, hook: str) -> bool:
    """Whether the module may have a function called ``hook``: unless its own source rules that out, it may."""
    if point.attr:
        return True
    try:
        spec = importlib.util.find_spec(point.module)
        source = Path(spec.origin or "").read_bytes() if spec else b""
    except (Exception, SystemExit):  # whatever keeps it from being found is what its import will say
        return True
    return not source or hook.encode() in source or b"import *" in source
