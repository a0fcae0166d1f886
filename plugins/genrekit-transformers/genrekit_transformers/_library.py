"""transformers, quiet: it reports on weights that are not needed here, and draws bars while it reads and writes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import transformers

hf: Any = transformers
"""Typed here and there only."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """The block's messages below errors are not shown."""
    logging: Any = hf.utils.logging
    level, bar = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bar:
            logging.enable_progress_bar()
