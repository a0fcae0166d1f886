"""The clip table: which stretch of which file has which labels, and to which group, part and fold it belongs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from genrekit.errors import DataError

if TYPE_CHECKING:
    import polars as pl

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")


@dataclass(frozen=True)
class Clip:
    """One example.

    ``group`` names what must not stand on both sides of a split (artist, speaker, site); ``part`` and ``fold`` are
    what the data set itself prescribes. ``duration_s`` None means: to the end of the file.
    """

    path: str
    labels: Sequence[str]
    group: str | None = None
    part: str | None = None
    fold: str | None = None
    start_s: float = 0.0
    duration_s: float | None = None


@dataclass(frozen=True)
class Clips:
    """A table of clips with the columns of `Clip`. Never changed in place; a row's number is the clip's identity."""

    table: pl.DataFrame
    notes: tuple[str, ...] = field(default=())
    """What people should know about this data: shown in the terminal, kept in the run folder."""

    @classmethod
    def from_rows(cls, rows: Iterable[Clip], notes: Iterable[str] = ()) -> Clips:
        """A table of one `Clip` after another."""
        import polars as pl

        records = [asdict(row) | {"labels": list(row.labels)} for row in rows]
        return cls(pl.DataFrame(records, schema=_schema()), tuple(notes))

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any], notes: Iterable[str] = ()) -> Clips:
        """A table from columns; ``path`` and ``labels`` are needed, the others may be left out."""
        import polars as pl

        try:
            table = pl.DataFrame(dict(columns))
        except UnicodeEncodeError as error:
            raise DataError(
                f"the name {error.object!r} is not valid UTF-8", hint="rename that file or folder"
            ) from None
        missing = {"start_s": pl.lit(0.0)} | {name: pl.lit(None) for name in ("group", "part", "fold", "duration_s")}
        table = table.with_columns(**{name: value for name, value in missing.items() if name not in table.columns})
        return cls(table.select(pl.col(name).cast(kind) for name, kind in _schema().items()), tuple(notes))

    def __len__(self) -> int:
        return self.table.height

    def labels(self) -> list[str]:
        """Every label that occurs, sorted."""
        return sorted(self.table.get_column("labels").explode().drop_nulls().unique().to_list())

    def single_labels(self) -> list[str]:
        """Each clip's one label; `DataError` if a clip has none or several."""
        import polars as pl

        odd = self.table.filter(pl.col("labels").list.len() != 1)
        if odd.height:
            row = odd.row(0, named=True)
            found = ", ".join(row["labels"]) or "no label"
            raise DataError(
                f"{odd.height} of {len(self)} clips do not have exactly one label",
                why=f"{row['path']} has {found}",
                hint="give each clip one label, or train with a loss for several",
            )
        return self.table.get_column("labels").list.first().to_list()

    def column(self, name: str) -> list[Any]:
        """A column's values."""
        return self.table.get_column(name).to_list()

    def with_column(self, name: str, values: Iterable[Any], notes: Iterable[str] = ()) -> Clips:
        """The same clips with a column replaced, and ``notes`` added."""
        import polars as pl

        given = values if isinstance(values, pl.Series) else pl.Series(list(values), dtype=_schema()[name])
        column = given.cast(_schema()[name]).alias(name)
        return Clips(self.table.with_columns(column), (*self.notes, *notes))

    def with_notes(self, notes: Iterable[str]) -> Clips:
        """The same clips, and what more people should know about them."""
        return Clips(self.table, (*self.notes, *notes))

    def counts(self) -> dict[str, int]:
        """How many clips each part holds."""
        found = dict(self.table.get_column("part").value_counts().iter_rows())
        return {part: found.get(part, 0) for part in PARTS}


def _schema() -> dict[str, Any]:
    import polars as pl

    text, number = pl.String(), pl.Float64()
    return {
        "path": text,
        "labels": pl.List(pl.String),
        "group": text,
        "part": text,
        "fold": text,
        "start_s": number,
        "duration_s": number,
    }


AUDIO_SUFFIXES = frozenset({".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".au", ".snd", ".aif", ".aiff", ".caf"})


def audio_files(root: Path) -> list[Path]:
    """Audio files below ``root`` by suffix in any case, hidden files and folders left out, sorted by path.

    Links to folders are followed, once around at most. A folder that cannot be read is a `DataError`.
    """
    return [Path(path) for path in audio_paths(root)]


def audio_paths(root: Path) -> list[str]:
    """The same as text, which takes a fifth of the memory."""
    try:
        # What is in a folder stands together, as among sorted `Path`s: the separator comes before any character.
        return sorted(_audio_below(str(root), frozenset()), key=lambda path: path.replace(os.sep, "\0"))
    except OSError as error:
        raise DataError(f"cannot list {error.filename}", why=(error.strerror or str(error)).lower()) from None


def _audio_below(folder: str, above: frozenset[str]) -> Iterator[str]:
    real = os.path.realpath(folder)
    if real in above:
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from _audio_below(entry.path, above | {real})
            elif Path(entry.name).suffix.lower() in AUDIO_SUFFIXES:
                yield entry.path
