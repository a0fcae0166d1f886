"""One folder for each class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, NoReturn, Self

import genrekit
from genrekit import Clips, DataError, Field, RecipePath
from genrekit_builtins.data_root import audio_places, check_root, contents
from genrekit_builtins.part_names import PART_NAMES


class Folder(genrekit.Dataset):
    """A folder that holds one folder for each class; audio may lie anywhere below it.

    ``root/jazz/live/a.wav`` is of class ``jazz``; with parts that is ``root/train/jazz/live/a.wav``. Hidden files and
    folders are left out, links are followed.
    """

    use: Literal["folder"] = "folder"
    root: RecipePath = Field(description="folder that holds the class folders")
    parts: bool | None = Field(
        None,
        description="whether root holds train, validation and test folders with the class folders in them; "
        "none: if all its folders with audio have such names",
    )

    @classmethod
    def example(cls, folder: Path) -> Self:
        from genrekit.testing import write_tones

        return cls(root=write_tones(folder))

    def clips(self) -> Clips:
        """Raises `genrekit.DataError` unless there are at least two classes."""
        check_root(self.root)
        places = audio_places(self.root)
        if not places:
            self._refuse("holds no audio")
        depth = 1 if self._with_parts({names[0] for _, names in places if len(names) > 1}) else 0
        inside = [(path, names) for path, names in places if len(names) > depth + 1]
        self._check_classes({names[depth] for _, names in inside})
        columns = {
            "path": [path for path, _ in inside],
            "labels": [[names[depth]] for _, names in inside],
            "part": [names[0] if depth else None for _, names in inside],
        }
        return Clips.from_columns(columns, _notes(places, depth))

    def _with_parts(self, folders: set[str]) -> bool:
        strange = sorted(name for name in folders if name.lower() not in PART_NAMES)
        if self.parts and strange:
            raise DataError(
                f"dataset.parts is true, but {self.root} holds a folder '{strange[0]}'",
                why="its folders should be train, validation and test, spelled in a usual way",
            )
        named_like_parts = bool(folders) and not strange
        return named_like_parts if self.parts is None else self.parts

    def _check_classes(self, classes: set[str]) -> None:
        if not classes:
            self._refuse("has no class folders: its audio lies directly in it")
        if len(classes) == 1:
            self._refuse(f"has one class only, '{classes.pop()}'")

    def _refuse(self, what: str) -> NoReturn:
        raise DataError(
            f"{self.root} {what}",
            why=f"it holds {contents(self.root)}",
            hint="--set dataset.root=… points to a folder with one folder of audio files for each class, two at least",
        )


def _notes(places: Sequence[tuple[str, Sequence[str]]], depth: int) -> list[str]:
    loose = [path for path, names in places if len(names) <= depth + 1]
    return (
        [f"{len(loose)} of {len(places)} audio files lie in no class folder and are left out, such as {loose[0]}"]
        if loose
        else []
    )


@genrekit.hookimpl
def register_datasets(register: Any) -> None:
    """Adds `folder`."""
    register(Folder)
