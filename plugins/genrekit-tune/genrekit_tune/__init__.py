"""Searches a recipe's options with Optuna: ``genrekit tune recipe.toml``, with the space in the recipe's ``[tune]``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import genrekit

if TYPE_CHECKING:
    from genrekit_tune.table import Tune

requires_genrekit_api = ">=1.1,<2"


@genrekit.hookimpl
def register_tables(register: Callable[[type[Tune]], Any]) -> None:
    from genrekit_tune.table import Tune

    register(Tune)


@genrekit.hookimpl
def register_commands(app: typer.Typer) -> None:
    @app.command()
    def tune(
        recipe: Annotated[Path, typer.Argument(help="the recipe, a TOML file with [tune]")],
        overrides: Annotated[
            list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="change an option, e.g. tune.trials=20")
        ] = None,
        study: Annotated[
            Path | None,
            typer.Option(metavar="FOLDER", help="where the study is kept", show_default="runs/NAME-tune"),
        ] = None,
        jobs: Annotated[int, typer.Option(min=1, metavar="COUNT", help="so many processes at once")] = 1,
        store: Annotated[
            Path | None,
            typer.Option(help="where features are kept", envvar="GENREKIT_STORE", show_default="user cache"),
        ] = None,
        quiet: Annotated[bool, typer.Option("--quiet", "-q", help="say nothing but errors")] = False,
    ) -> None:
        """Search for the options that do best on the validation part, as the recipe's [tune] says.

        The same command goes on with a study that was interrupted, and joins one that goes on elsewhere.
        """
        from genrekit.console import Narrator, TerminalNarrator
        from genrekit_tune.jobs import tune_with_jobs

        narrator = Narrator() if quiet else TerminalNarrator()
        tune_with_jobs(recipe, overrides or [], study, jobs, store, narrator)
