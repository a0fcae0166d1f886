"""A table that lists clips."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

import genrekit
from genrekit import Clips, Field, RecipePath
from genrekit_builtins.table_checks import check_rows
from genrekit_builtins.table_columns import check_types, chosen_columns
from genrekit_builtins.table_file import read_table
from genrekit_builtins.table_rows import check_files, clip_columns, row_notes

if TYPE_CHECKING:
    from pathlib import Path


class Table(genrekit.Dataset):
    """A CSV, TSV, Parquet or JSON lines file with a row for each clip.

    Columns called path, label (or labels), group, part, fold, start and end are found by their names; the options name
    others. ``start`` and ``end`` are in seconds. Clips of one file that have no group form a group, so that no split
    divides a recording. A row whose ``labels`` are empty is a clip without any, for training with several labels.
    """

    use: Literal["table"] = "table"
    path: RecipePath = Field(description="the table: .csv, .tsv (also .gz), .parquet or .jsonl")
    root: RecipePath | None = Field(None, description="where relative audio paths start; none: the table's folder")
    delimiter: str | None = Field(
        None, min_length=1, max_length=1, description="between fields; none: a tab in .tsv, a comma in .csv"
    )
    path_column: str = Field("path", description="column of audio paths")
    label_column: str | None = Field(None, description="column of one label each; none: 'label', or else 'labels'")
    labels_column: str | None = Field(None, description="column of several labels each, instead of label_column")
    separator: str = Field("|", min_length=1, description="between the labels of labels_column, unless it holds lists")
    group_column: str | None = Field(None, description="artist, speaker, site …; none: 'group', if there is one")
    part_column: str | None = Field(None, description="train, validation or test; none: 'part', if there is one")
    fold_column: str | None = Field(None, description="the data set's own folds; none: 'fold', if there is one")
    start_column: str | None = Field(
        None, description="where a clip starts, in seconds; none: 'start', if there is one"
    )
    end_column: str | None = Field(None, description="where a clip ends, in seconds; none: 'end', if there is one")

    @classmethod
    def example(cls, folder: Path) -> Self:
        from genrekit.testing import write_tones

        files = sorted(write_tones(folder).glob("*/*.wav"))
        lines = [f"{file.relative_to(folder).as_posix()},{file.parent.name}" for file in files]
        (folder / "clips.csv").write_text("\n".join(["path,label", *lines]), encoding="utf-8")
        return cls(path=folder / "clips.csv")

    def clips(self) -> Clips:
        """Raises `genrekit.DataError` for columns that are missing and for rows that make no clip, all at once."""
        table = read_table(self.path, self.delimiter)
        columns = chosen_columns(self._named(), table.columns, str(self.path))
        check_types(table.schema, columns, str(self.path))
        rows = clip_columns(table, columns, self._folder(), self.separator)
        check_rows(rows, columns, self.path, self.delimiter)
        check_files(rows, self._folder())
        return Clips.from_columns(rows.drop("raw_start", "raw_end").to_dict(), row_notes(rows))

    def _folder(self) -> Path:
        return self.root or self.path.parent

    def _named(self) -> dict[str, str | None]:
        names = ("path", "label", "labels", "group", "part", "fold", "start", "end")
        return {name: getattr(self, f"{name}_column") for name in names}


@genrekit.hookimpl
def register_datasets(register: Any) -> None:
    """Adds `table`."""
    register(Table)
