"""What plugins must do that bring models from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from genrekit.errors import GenrekitError

STRANGE = "no-scheme-that-anybody-has"


def check_bundle_source(find_bundle: Any, scheme: str, there: str, missing: str) -> None:
    """Check a plugin's `find_bundle` hook: ``there`` is a name that it can bring, ``missing`` one that it cannot.

    Raises AssertionError with what is wrong.
    """
    from genrekit import bundle

    leaves_others_alone(find_bundle)
    folder = find_bundle(scheme=scheme, name=there)
    assert isinstance(folder, Path), f"{scheme}:{there} gives a {type(folder).__name__}, not the path of a folder"
    manifest = bundle.read_manifest(folder)
    wanted = bundle.ONNX if bundle.ONNX in manifest.files else bundle.WEIGHTS
    bundle.verified(folder, manifest, wanted)
    try:
        found = find_bundle(scheme=scheme, name=missing)
    except GenrekitError:
        return
    raise AssertionError(f"{scheme}:{missing} gives {found}; a GenrekitError should say why there is no such model")


def leaves_others_alone(find_bundle: Any) -> None:
    """Whoever answers for a scheme that is another's keeps that one from being asked."""
    found = find_bundle(scheme=STRANGE, name="anything")
    assert found is None, f"it answers {found} for a scheme that is not its own"
