"""The one place that imports torchaudio.

Its last release, 2.11, imports beside torch 2.11 to 2.13 only; beside others its import raises words that do not help.
"""

from __future__ import annotations

import importlib
from importlib import metadata
from types import ModuleType

from genrekit.errors import GenrekitError

INSTALL = 'uv pip install "torch>=2.11,<2.14" "torchaudio==2.11.*"'


def import_torchaudio() -> ModuleType:
    """The torchaudio package. `GenrekitError` says which two versions do not fit and which install fixes it."""
    try:
        return importlib.import_module("torchaudio")
    # A build for another torch fails in the dynamic linker (OSError), or in torch's own registries (RuntimeError).
    except Exception as error:
        found = f"torch {_version('torch')} with torchaudio {_version('torchaudio')}"
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise GenrekitError("torchaudio cannot be imported", why=f"{found}: {reason}", hint=INSTALL) from error


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "(not installed)"
