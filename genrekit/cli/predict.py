"""``genrekit predict``: what a model says of recordings."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from genrekit.cli.prediction_output import Format, PredictionOutput
from genrekit.errors import GenrekitError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(predict)


def predict(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER...", help="recordings, or folders of them")],
    model: Annotated[Path, typer.Option("--model", "-m", metavar="RUN|BUNDLE", help="a run folder or a bundle")] = Path(
        "runs/latest"
    ),
    format: Annotated[
        Format | None,
        typer.Option("--format", "-f", help="for people (table, if not told), or for programs"),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="how many labels the table shows")] = 3,
    timeline: Annotated[bool, typer.Option("--timeline", help="what is heard when: each window's answer too")] = False,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            metavar="PROBABILITY",
            help="give no label below it; what the model has for this does not count",
        ),
    ] = None,
    hop: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="with --timeline: from one window's start to the next; less overlaps"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="write there; .json, .csv and .parquet tell the format"),
    ] = None,
    executor: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="answer recordings there, e.g. processes; none: here, one after another"),
    ] = None,
    executor_options: Annotated[
        list[str] | None,
        typer.Option("--executor-option", metavar="KEY=VALUE", help="an option of it, e.g. workers=4; repeatable"),
    ] = None,
) -> None:
    """Tell what a trained model hears in recordings. Long ones are cut into windows whose answers are averaged."""
    from genrekit.cli.executor_option import chosen_executor
    from genrekit.predict import Predictor

    if hop is not None and not timeline:
        raise GenrekitError("--hop is for timelines", hint=f"--timeline --hop {hop:g}")
    files = list(_files(paths))
    place = chosen_executor(executor, executor_options or ())
    predictor = Predictor.load(model, threshold)
    answers = predictor.timelines(files, hop, place) if timeline else predictor.predict_many(files, place)
    failed = PredictionOutput(out, format, timeline, top, predictor.manifest.answers.multi_label).write(
        answers, predictor.labels
    )
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
