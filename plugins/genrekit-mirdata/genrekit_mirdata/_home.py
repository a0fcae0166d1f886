"""A data set's home: its index, what is fetched if asked, and whether its files are whole."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import genrekit

if TYPE_CHECKING:
    from genrekit_mirdata.dataset import Mirdata

SHOWN = 5
"""So many files are named."""


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """mirdata and what it imports warn of themselves, and print."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def opened(options: Mirdata) -> Any:
    """mirdata's data set, its index found or fetched. Raises `genrekit.DataError`."""
    if options.download == "never" and not options.root.is_dir():
        raise genrekit.DataError(
            f"there is no folder {options.root}",
            why=f"it is to hold mirdata's {options.collection}",
            hint="--set dataset.root=FOLDER, or --set dataset.download=all if mirdata may fetch it",
        )
    with quiet():
        dataset = _initialized(options)
        beside = options.root / Path(dataset.index_path).name
        if beside.is_file():
            dataset.index_path = str(beside)
        _fetch(options, dataset)
    if not Path(dataset.index_path).is_file():
        raise genrekit.DataError(
            f"the index of mirdata's {options.collection} is missing",
            why=f"neither {beside} nor {dataset.index_path} is there",
            hint="--set dataset.download=index lets mirdata fetch it",
        )
    return dataset


def _initialized(options: Mirdata) -> Any:
    import mirdata

    try:
        return mirdata.initialize(options.collection, data_home=str(options.root), version=options.index_version)
    except ValueError as error:
        known = mirdata.list_dataset_versions(options.collection)
        raise genrekit.DataError(f"mirdata's {options.collection}: {error}", why=known) from None
    except ImportError as error:
        hint = f'pip install "mirdata[{options.collection}]"'
        raise genrekit.DataError(
            f"mirdata's {options.collection} needs more than mirdata: {error}", hint=hint
        ) from None


def _fetch(options: Mirdata, dataset: Any) -> None:
    """Let mirdata download what the recipe allows, and is not there."""
    there = Path(dataset.index_path).is_file()
    wanted = {"never": False, "index": not there, "all": not there or not _any_file(options.root)}
    if not wanted[options.download]:
        return
    try:
        dataset.download(partial_download=["index"] if options.download == "index" else None)
    except Exception as error:  # of networks, archives and disks, whatever there is
        raise genrekit.DataError(f"mirdata cannot download {options.collection}: {error}") from error


def _any_file(root: Path) -> bool:
    return root.is_dir() and any(path.is_file() for path in root.rglob("*"))


def verify(options: Mirdata, dataset: Any) -> None:
    """Compare every file with the index. Raises `genrekit.DataError` that names those that are missing or differ."""
    with quiet():
        absent, differing = dataset.validate(verbose=False)
    missing, invalid = _paths(absent), _paths(differing)
    if missing and options.missing == "refuse":
        raise genrekit.DataError(
            f"{len(missing)} files of {options.collection} are missing: {named(missing)}", hint=HINT
        )
    if invalid:
        raise genrekit.DataError(
            f"{len(invalid)} files of {options.collection} are not those of its index: {named(invalid)}",
            why="their checksums differ: they are damaged, or of another version",
            hint="fetch them again, another dataset.index_version, or dataset.verify=false",
        )


HINT = "complete the folder, or --set dataset.missing=leave-out"


def _paths(found: Any) -> list[str]:
    """mirdata gives {"tracks": {id: [path, …]}, "metadata": …}."""
    return sorted({path for files in found.values() for paths in files.values() for path in paths})


def named(paths: list[str]) -> str:
    """The first few."""
    return ", ".join(paths[:SHOWN]) + (" …" if len(paths) > SHOWN else "")
