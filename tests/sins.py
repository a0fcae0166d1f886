"""Components that break the contract: what there is to say of one, and how it is made from the toy plugin's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import genrekit


class Sin(NamedTuple):
    """A component, the check that it fails, and part of what is said."""

    component: genrekit.Component
    check: str
    said: str


def changed(base: type[genrekit.Component], **members: Any) -> Any:
    """A component of ``base``, toy plugin's, that does something else; pickled by its name in this module."""
    name = f"{base.__name__}{len(MADE)}"
    cls = type(name, (base,), {"__doc__": "Somebody's mistake.", "__module__": __name__, **members})
    MADE[name] = globals()[name] = cls
    return cls


MADE: dict[str, type[genrekit.Component]] = {}


def module(forward: Callable[..., Any], **members: Any) -> Any:
    """A torch module that computes ``forward(self, x)``."""
    from torch import nn

    cls = type("Module", (nn.Module,), {"forward": forward, **members})
    return cls()
