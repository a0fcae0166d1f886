"""``genrekit predict``: what a model says of recordings."""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genrekit.errors import GenrekitError

if TYPE_CHECKING:
    from genrekit.predict import Prediction


class Format(enum.StrEnum):
    """How predictions are written."""

    table = "table"
    json = "json"
    csv = "csv"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(predict)


def predict(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER...", help="recordings, or folders of them")],
    model: Annotated[Path, typer.Option("--model", "-m", metavar="RUN|BUNDLE", help="a run folder or a bundle")] = Path(
        "runs/latest"
    ),
    format: Annotated[Format, typer.Option("--format", "-f", help="for people, or for programs")] = Format.table,
    top: Annotated[int, typer.Option(min=1, help="how many labels the table shows")] = 3,
) -> None:
    """Tell what a trained model hears in recordings. Long ones are cut into windows whose answers are averaged."""
    from genrekit.predict import Predictor

    files = list(_files(paths))
    predictor = Predictor.load(model)
    predictions = predictor.predict_many(files)
    failed = _WRITERS[format](predictions, predictor.labels, top)
    if failed:
        print(f"{failed} of {len(files)} files could not be used", file=sys.stderr)
    if failed == len(files):
        raise typer.Exit(2)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    from genrekit.clips import AUDIO_SUFFIXES, audio_files

    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = audio_files(path)
        if not found:
            kinds = " ".join(sorted(AUDIO_SUFFIXES))
            raise GenrekitError(f"no audio in the folder {path}", why=f"looked for {kinds}, in subfolders too")
        yield from found


def _write_table(predictions: Iterable[Prediction], labels: list[str], top: int) -> int:
    from genrekit.cli.prediction_table import PredictionTable

    return PredictionTable(top).write(predictions)


def _write_json(predictions: Iterable[Prediction], labels: list[str], top: int) -> int:
    """A JSON list, written element by element so that a large folder takes no memory."""
    import dataclasses
    import json

    failed, separator = 0, "[\n"
    for prediction in predictions:
        failed += prediction.status == "failed"
        sys.stdout.write(separator + json.dumps(dataclasses.asdict(prediction), ensure_ascii=False))
        separator = ",\n"
    sys.stdout.write("\n]\n")
    return failed


def _write_csv(predictions: Iterable[Prediction], labels: list[str], top: int) -> int:
    import csv

    writer, failed = csv.writer(sys.stdout, lineterminator="\n"), 0
    writer.writerow(["path", "status", "label", "probability", "reason", *(f"p({label})" for label in labels)])
    for prediction in predictions:
        failed += prediction.status == "failed"
        shares = [f"{prediction.probabilities[label]:.6f}" if prediction.probabilities else "" for label in labels]
        probability = "" if prediction.probability is None else f"{prediction.probability:.6f}"
        row = [prediction.path, prediction.status, prediction.label or "", probability, prediction.reason or ""]
        writer.writerow([*row, *shares])
    return failed


_WRITERS = {Format.table: _write_table, Format.json: _write_json, Format.csv: _write_csv}
