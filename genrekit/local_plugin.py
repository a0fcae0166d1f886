"""A plugin that is one Python file, without packaging."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from genrekit.api import ApiMismatch, check_api, declared_in_file
from genrekit.errors import PluginError, one_line


@contextlib.contextmanager
def imported(path: Path) -> Iterator[ModuleType]:
    """The module; what goes wrong with it inside the ``with`` block too is a `PluginError` that names the line."""
    name = f"genrekit_local_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path) if path.is_file() else None
    if spec is None or spec.loader is None:
        what = f"{path} is not a Python file" if path.is_file() else f"no plugin file at {path}"
        raise PluginError(what, hint="--plugin takes the path of a Python file")
    # Pickling to worker processes and dataclasses look classes up by their module's name.
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        yield module
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise PluginError(f"plugin {path} does not load: {_reason(error, path)}", where=_line(error, path)) from error


def _reason(error: BaseException, path: Path) -> str:
    """A plugin made for another API may fail in many ways for that one reason."""
    if isinstance(error, ApiMismatch):
        return str(error)
    try:
        check_api(declared_in_file(path))
    except ApiMismatch as mismatch:
        return str(mismatch)
    except TypeError:
        pass
    return one_line(error)


def _line(error: BaseException, path: Path) -> str:
    """Where in ``path`` it went wrong, as ``file:line``."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f"{path}:{error.lineno}"
    frames = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f"{path}:{frames[-1]}" if frames else str(path)
