"""``genrekit predict``: what a model says of recordings."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genrekit.cli.prediction_output import Format, PredictionOutput, written
from genrekit.errors import GenrekitError

if TYPE_CHECKING:
    from genrekit.bulk import Answering, Answers
    from genrekit.component import Executor
    from genrekit.predict import Predictor

SOME_UNUSABLE = 3
"""The exit code where files could not be used; 2 is for commands that answer nothing."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(predict)


def predict(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE|FOLDER...", help="recordings, or folders of them")],
    model: Annotated[
        Path,
        typer.Option(
            "--model", "-m", metavar="RUN|BUNDLE", help="a run folder or a bundle; or SCHEME:NAME, a plugin finds it"
        ),
    ] = Path("runs/latest"),
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
        typer.Option("--out", "-o", metavar="FILE", help="write there; .json, .jsonl, .csv, .parquet tell the format"),
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="with --out: do not go on with what was begun, begin anew")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="with --out: once more those files that could not be used")
    ] = False,
    executor: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="answer recordings there, e.g. processes; none: here, one after another"),
    ] = None,
    executor_options: Annotated[
        list[str] | None,
        typer.Option("--executor-option", metavar="KEY=VALUE", help="an option of it, e.g. workers=4; repeatable"),
    ] = None,
) -> None:
    """Tell what a trained model hears in recordings. Long ones are cut into windows whose answers are averaged.

    With --out, answers are kept in FILE.journal until FILE is complete: the same command goes on where it was stopped,
    however it was. Exit code 3 if some files could not be used; the others are answered, and these have their reason.
    """
    from genrekit.bulk import answered, examined, predict_into
    from genrekit.cli.executor_option import chosen_executor
    from genrekit.cli.prediction_progress import with_progress
    from genrekit.kept_memory import keep_freed_memory
    from genrekit.predict import Predictor

    # A session is made of copies of its weights.
    keep_freed_memory()
    _refuse_idle(hop, timeline, out, restart, retry_failed)
    recordings, place = examined(_files(paths)), chosen_executor(executor, executor_options or ())
    predictor = Predictor.load(model, threshold)
    output = PredictionOutput(out, format, timeline, top, predictor.manifest.answers.multi_label)
    made_with = predictor.made_with(hop, timeline) | {"executor": place is not None}
    answering = with_progress(_answering(predictor, hop, timeline, place), to_file=out is not None)

    def write(answers: Answers) -> int:
        return output.write(answers, predictor.labels)

    if table := output.table:
        again = {"restart": restart, "retry_failed": retry_failed, "alone": place is not None}
        with written(table):
            failed = predict_into(table, recordings, made_with, answering, write, **again)
    else:
        failed = write(answered(recordings, answering))
    if failed:
        print(f"{failed} of {len(recordings)} files could not be used", file=sys.stderr)
        raise typer.Exit(SOME_UNUSABLE)


def _refuse_idle(hop: float | None, timeline: bool, out: Path | None, restart: bool, retry_failed: bool) -> None:
    """Options that others leave without a meaning."""
    if hop is not None and not timeline:
        raise GenrekitError("--hop is for timelines", hint=f"--timeline --hop {hop:g}")
    if out is None and (restart or retry_failed):
        option = "--restart" if restart else "--retry-failed"
        raise GenrekitError(f"{option} is about what was begun with --out", hint=f"--out FILE {option}")


def _answering(predictor: Predictor, hop: float | None, timeline: bool, place: Executor | None) -> Answering:
    def here(groups: Iterable[list[str]]) -> Answers:
        return predictor.answer_groups(groups, hop, timeline)

    def there(groups: Iterable[list[str]]) -> Answers:
        paths = chain.from_iterable(groups)
        return predictor.timelines(paths, hop, place) if timeline else predictor.predict_many(paths, place)

    return there if place else here


def _files(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        if not path.is_dir():
            yield str(path)
            continue
        from genrekit.clips import AUDIO_SUFFIXES, audio_paths

        found = audio_paths(path)
        if not found:
            kinds = " ".join(sorted(AUDIO_SUFFIXES))
            raise GenrekitError(f"no audio in the folder {path}", why=f"looked for {kinds}, in subfolders too")
        yield from found
