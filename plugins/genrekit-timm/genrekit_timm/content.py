"""What is in a file of weights."""

from __future__ import annotations

import functools
from pathlib import Path

import genrekit
from genrekit.store import Stat, content_hash, stat_of


def content_of(path: Path) -> str:
    """The hash of a file's bytes; `genrekit.GenrekitError` if it is no .safetensors file."""
    if path.suffix != ".safetensors":
        raise genrekit.GenrekitError(
            f"{path} is not a .safetensors file",
            why="other files of weights can hold code that runs when they are read",
            hint="save the weights with safetensors.torch.save_file",
        )
    try:
        return _hashed(stat_of(str(path)))
    except OSError as error:
        raise genrekit.GenrekitError(f"no weights at {path}: {error.strerror}") from None


@functools.lru_cache(maxsize=64)
def _hashed(stat: Stat) -> str:
    """A file is read again only when its size or time has changed."""
    return content_hash(stat[0])
