"""The ``dask`` executor: extraction and bulk prediction on Dask distributed."""

from __future__ import annotations

from typing import Any

import genrekit
from genrekit_dask.executor import Dask as Dask

requires_genrekit_api = ">=1.0,<2"


@genrekit.hookimpl
def register_executors(register: Any) -> None:
    register(Dask)
