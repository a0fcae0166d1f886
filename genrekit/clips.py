"""The clip table: which stretch of which file has which labels, and to which group, part and fold it belongs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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

        rows = [asdict(row) | {"labels": list(row.labels)} for row in rows]
        return cls(pl.DataFrame(rows, schema=_schema()), tuple(notes))

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any], notes: Iterable[str] = ()) -> Clips:
        """A table from columns; ``path`` and ``labels`` are needed, the others may be left out."""
        import polars as pl

        table = pl.DataFrame(dict(columns))
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
                hint="give each clip one label; training on several labels a clip is not supported yet",
            )
        return self.table.get_column("labels").list.first().to_list()

    def column(self, name: str) -> list[Any]:
        """A column's values."""
        return self.table.get_column(name).to_list()

    def with_column(self, name: str, values: Iterable[Any], notes: Iterable[str] = ()) -> Clips:
        """The same clips with a column replaced, and ``notes`` added."""
        import polars as pl

        column = pl.Series(name, list(values), dtype=_schema()[name])
        return Clips(self.table.with_columns(column), (*self.notes, *notes))

    def counts(self) -> dict[str, int]:
        """How many clips each part holds."""
        parts = self.column("part")
        return {part: parts.count(part) for part in PARTS}


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
    """Audio files below ``root`` by suffix in any case, hidden files and folders left out, sorted by path."""
    found = (path for path in root.rglob("*") if path.suffix.lower() in AUDIO_SUFFIXES)
    visible = (path for path in found if not any(part.startswith(".") for part in path.relative_to(root).parts))
    return sorted(path for path in visible if not path.is_dir())
