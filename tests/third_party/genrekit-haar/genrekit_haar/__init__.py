"""Four components, one of a kind, as somebody else would ship them: nothing but the public names of genrekit."""

from __future__ import annotations

from typing import Any

import genrekit
from genrekit_haar.haar import Haar
from genrekit_haar.prototypes import Prototypes
from genrekit_haar.roll import Roll
from genrekit_haar.top_labels import TopLabels


@genrekit.hookimpl
def register_features(register: Any) -> None:
    """Adds `haar`."""
    register(Haar)


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    """Adds `roll`."""
    register(Roll)


@genrekit.hookimpl
def register_models(register: Any) -> None:
    """Adds `prototypes`."""
    register(Prototypes)


@genrekit.hookimpl
def register_evaluators(register: Any) -> None:
    """Adds `top-labels`."""
    register(TopLabels)
