"""All checks, one after the other. A check that itself breaks is a finding, never the end."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from genrekit.doctor import folders, machine, packages, plugin_health, sounds
from genrekit.doctor.finding import Finding, wrong
from genrekit.errors import one_line

Check = Callable[[], Iterator[Finding]]


def checks(store: Path, runs: Path) -> dict[str, Check]:
    """Every check by the name that its failure goes by."""
    return {
        "python": machine.python,
        "processor": machine.processor,
        "memory": machine.memory,
        "packages": packages.versions,
        "torch": packages.torch_and_torchaudio,
        "gpu": machine.gpus,
        "onnxruntime": packages.onnxruntime_answers,
        "audio": sounds.formats,
        "plugins": plugin_health.plugins,
        "store": lambda: folders.folder("store", store),
        "runs": lambda: folders.folder("runs", runs),
        "temporary": lambda: folders.folder("temporary", Path(tempfile.gettempdir())),
    }


def examine(store: Path, runs: Path) -> Iterator[Finding]:
    """The findings of every check, as they come."""
    for name, check in checks(store, runs).items():
        try:
            yield from check()
        except Exception as error:
            yield wrong(name, f"could not be examined: {one_line(error)}", "report it, with all of this output")
