"""Any timm backbone on spectrograms, pretrained or from scratch."""

from __future__ import annotations

from typing import Any

import genrekit
from genrekit_timm.model import Timm

requires_genrekit_api = ">=1.1,<2"

__all__ = ["Timm"]


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(Timm)
