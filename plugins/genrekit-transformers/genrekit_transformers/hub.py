"""Checkpoints of the Hugging Face hub, in its own cache on this machine."""

from __future__ import annotations

import functools
from pathlib import Path

import genrekit
from genrekit.errors import one_line
from genrekit_transformers.files import CONFIG, PATTERNS, PREPROCESSORS


def cached(repository: str, revision: str | None) -> Path | None:
    """The folder of what was downloaded before; None if that is not all."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        found = Path(snapshot_download(repository, revision=revision, local_files_only=True))
    except (LocalEntryNotFoundError, ValueError):
        return None
    whole = (found / CONFIG).is_file() and any((found / name).is_file() for name in PREPROCESSORS)
    return found if whole and any(found.glob("model*.safetensors")) else None


@functools.lru_cache(maxsize=64)
def fetched(repository: str, revision: str | None) -> Path:
    """The folder of a checkpoint, downloaded if it is not there; its files never change after that."""
    return cached(repository, revision) or _download(repository, revision)


def _download(repository: str, revision: str | None) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(repository, revision=revision, allow_patterns=PATTERNS))
    except Exception as error:  # the hub's errors, httpx's and the system's have no base of their own
        at = f" at {revision}" if revision else ""
        raise genrekit.GenrekitError(
            f"cannot get {repository}{at} from the Hugging Face hub",
            why=one_line(error)[:300],
            hint="a connection and the right name (and `hf auth login` if it is gated); or folder = a local checkpoint",
        ) from error
