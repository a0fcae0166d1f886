"""Labels read off file names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, Self

from pydantic import AfterValidator

import genrekit
from genrekit import Clips, DataError, Field, RecipePath
from genrekit_builtins.data_root import audio_places, check_root, contents

_FIELDS = ("label", "group", "part", "fold")


def _checked(expression: str) -> str:
    try:
        names = re.compile(expression).groupindex
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    if "label" not in names:
        raise ValueError("the expression needs a group named label: (?P<label>…)")
    unknown = sorted(set(names) - set(_FIELDS))
    if unknown:
        raise ValueError(f"unknown group (?P<{unknown[0]}>…); there are {', '.join(_FIELDS)}")
    return expression


class Pattern(genrekit.Dataset):
    r"""A regular expression on each file's path names its label, and if need be its group, part and fold.

    The expression must match the whole path below ``root``, with slashes on every system. For the Free Spoken Digit
    Dataset it is ``(?P<label>\d)_(?P<group>\w+)_\d+\.wav``, for ESC-10
    ``\d+ - (?P<label>[^/]+)/(?P<fold>\d)-(?P<group>\d+)-\w\.ogg``; TOML takes such text as it is between single quotes.
    Python's ``re`` matches path by path; nested repeats such as ``(\w+)*`` can take it very long.
    """

    use: Literal["pattern"] = "pattern"
    root: RecipePath = Field(description="folder below which audio is looked for")
    pattern: Annotated[str, AfterValidator(_checked)] = Field(
        description="regular expression with (?P<label>…), and (?P<group>…), (?P<part>…), (?P<fold>…) where wanted"
    )

    @classmethod
    def example(cls, folder: Path) -> Self:
        from genrekit.testing import write_tones

        return cls(root=write_tones(folder), pattern=r"(?P<label>\w+)/\d+\.wav")

    def clips(self) -> Clips:
        """Raises `genrekit.DataError` if no file matches. Files that do not match are left out and counted."""
        check_root(self.root)
        names = {path: "/".join(parts) for path, parts in audio_places(self.root)}
        if not names:
            raise DataError(f"{self.root} holds no audio", why=f"it holds {contents(self.root)}")
        expression = re.compile(self.pattern)
        matches = {path: expression.fullmatch(name) for path, name in names.items()}
        found = {path: match for path, match in matches.items() if match and match["label"]}
        if not found:
            self._refuse(next(iter(names.values())), len(names))
        columns: dict[str, Sequence[Any]] = {
            "path": list(found),
            "labels": [[match["label"]] for match in found.values()],
        }
        for field in set(_FIELDS[1:]) & set(expression.groupindex):
            columns[field] = [match[field] or None for match in found.values()]
        return Clips.from_columns(
            columns, _notes([name for path, name in names.items() if path not in found], len(names))
        )

    def _refuse(self, example: str, files: int) -> NoReturn:
        partly = re.search(self.pattern, example)
        hint = "the expression must match the whole path below dataset.root"
        raise DataError(
            f"none of {files} audio files match dataset.pattern",
            why=f"the pattern is  {self.pattern}\n       a path is  {example}",
            hint=f"{hint}; a part of this one does: allow for folders with  (?:.*/)?  in front" if partly else hint,
        )


def _notes(unmatched: Sequence[str], files: int) -> list[str]:
    if not unmatched:
        return []
    return [
        f"{len(unmatched)} of {files} audio files do not match the pattern and are left out, such as {unmatched[0]}"
    ]


@genrekit.hookimpl
def register_datasets(register: Any) -> None:
    """Adds `pattern`."""
    register(Pattern)
