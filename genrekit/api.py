"""The version of the plugin contract, and what a plugin says of it.

The contract is `genrekit.hookspecs`, the base classes in `genrekit.component`, and the public names of ``genrekit`` and
``genrekit.testing``. The first number of `API_VERSION` rises when something is taken away or comes to mean something
else, so that plugins must be changed; the second when something is added. A plugin module says what it was written for:

    requires_genrekit_api = ">=1.0,<2"
"""

from __future__ import annotations

from pathlib import Path

from genrekit.plugin_source import source_file

API_VERSION = "1.4"
ATTRIBUTE = "requires_genrekit_api"


class ApiMismatch(Exception):  # noqa: N818
    """A plugin needs another version of the contract."""


def declared(module: object) -> str | None:
    """What a plugin says that it needs; None if it says nothing, which means: whatever there is."""
    found = getattr(module, ATTRIBUTE, None)
    if found is None or isinstance(found, str):
        return found
    raise TypeError(f'{ATTRIBUTE} is {found!r}; write {ATTRIBUTE} = ">=1.0,<2"')


def check_api(needed: str | None, version: str = API_VERSION) -> None:
    """Raise `ApiMismatch`, saying what to install, unless ``version`` fulfils ``needed``."""
    if needed is None:
        return
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import Version

    try:
        wanted = SpecifierSet(needed)
    except InvalidSpecifier:
        raise TypeError(f'{ATTRIBUTE} = "{needed}" is no version specifier; write {ATTRIBUTE} = ">=1.0,<2"') from None
    if wanted.contains(version, prereleases=True):
        return
    lowest = [Version(spec.version.removesuffix(".*")) for spec in wanted if spec.operator in {">=", ">", "~=", "=="}]
    newer = any(least > Version(version) for least in lowest)
    mend = "upgrade genrekit, or install an older release of it" if newer else "install a newer release of it"
    raise ApiMismatch(f"it needs the plugin API {needed}, and this genrekit has {version}: {mend}")


def declared_in_source(module: str) -> str | None:
    """What a module says in its first file, read without running it: its import may fail for lack of what it needs."""
    path = source_file(module)
    return declared_in_file(path) if path else None


def declared_in_file(path: Path) -> str | None:
    """The same for a Python file."""
    import ast

    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if ATTRIBUTE in names and isinstance(node.value.value, str):
                return node.value.value
    return None
