"""``genrekit run``: train what a recipe says."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from genrekit.errors import GenrekitError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(run)


def run(
    recipe: Annotated[Path | None, typer.Argument(help="the recipe, a TOML file", show_default=False)] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="change an option, e.g. train.epochs=3")
    ] = None,
    folds: Annotated[
        bool, typer.Option("--folds", help="cross-validation: a run for each fold of the recipe's splitter")
    ] = False,
    seeds: Annotated[
        int | None, typer.Option(min=1, metavar="COUNT", help="so many runs (of each fold), each with another seed")
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, metavar="COUNT", help="so many runs of a series side by side")
    ] = 1,
    resume: Annotated[
        Path | None, typer.Option(help="go on with the run, or the series of runs, in this folder")
    ] = None,
    runs: Annotated[
        Path | None, typer.Option(help="where run folders are made", show_default="runs", metavar="FOLDER")
    ] = None,
    store: Annotated[
        Path | None, typer.Option(help="where features are kept", envvar="GENREKIT_STORE", show_default="user cache")
    ] = None,
    store_size: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="what is used longest ago leaves the store beyond this, e.g. 50G",
            envvar="GENREKIT_STORE_SIZE",
            show_default="no limit",
        ),
    ] = None,
    profile: Annotated[bool, typer.Option("--profile", help="say where the time went")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="say nothing but errors")] = False,
) -> None:
    """Train a model from a recipe: features, training, figures, a report and a bundle, in a new run folder.

    With --folds or --seeds there is a folder of run folders, with the mean, the deviation and all test clips together.
    """
    from genrekit.console import Narrator, TerminalNarrator
    from genrekit.running import resume_run, run_recipe
    from genrekit.series.side_by_side import end_with_parent
    from genrekit.unreported import EXIT_CODE

    end_with_parent()
    narrator = Narrator() if quiet else TerminalNarrator()
    shared: dict[str, Any] = {
        "store": store,
        "narrator": narrator,
        "profile": profile,
        "store_size": _bytes(store_size),
        "jobs": jobs,
    }
    if resume is not None:
        if recipe is not None or overrides or folds or seeds:
            raise GenrekitError("--resume takes the recipe from the run folder", hint=f"genrekit run --resume {resume}")
        if runs is not None:
            raise GenrekitError("--resume goes on in the run folder, so --runs has no meaning", hint="leave it out")
        result = resume_run(resume, **shared)
    elif recipe is not None:
        runs = runs or Path("runs")
        result = run_recipe(recipe, overrides=overrides or (), folds=folds, seeds=seeds, runs=runs, **shared)
    else:
        raise GenrekitError("which recipe?", hint="genrekit run examples/quickstart.toml")
    if result.interrupted:
        raise typer.Exit(130)
    if result.unreported:
        raise typer.Exit(EXIT_CODE)


def _bytes(size: str | None) -> int | None:
    from genrekit.store_care import parse_size

    try:
        return parse_size(size) if size else None
    except ValueError as error:
        raise GenrekitError(str(error), where="--store-size") from None
