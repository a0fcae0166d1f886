"""Where a model comes from that is not a folder here: ``SCHEME:NAME`` is a plugin's to find."""

from __future__ import annotations

import re
from pathlib import Path

from genrekit.errors import BundleError

_ELSEWHERE = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]+):(?P<name>.+)", re.DOTALL)
"""At least two letters come before the colon: ``C:\\models`` is a folder."""


def local_folder(model: str | Path) -> Path:
    """``model`` itself, or the folder that the first plugin that knows its scheme has brought it to.

    Plugins are loaded only for what looks like ``SCHEME:NAME`` and is not there as a file or folder. Raises
    `BundleError`, with what to install, if no plugin knows the scheme.
    """
    path, elsewhere = Path(model), _ELSEWHERE.fullmatch(str(model))
    if elsewhere is None or path.exists():
        return path
    from genrekit.plugins import installed

    scheme, name = elsewhere["scheme"], elsewhere["name"]
    found: Path | None = installed().hooks.hook.find_bundle(scheme=scheme, name=name)
    if found is None:
        told = installed().installable("bundle", scheme) + installed().not_loaded()
        why = f"there is no such folder, and no plugin that is loaded finds models by '{scheme}:'{told}"
        raise BundleError(f"no model at {model}", why=why)
    return found
