"""``genrekit report``: a run's page made anew."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from genrekit.cli.problems import show_warning


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(report)


def report(
    run: Annotated[
        Path, typer.Argument(metavar="RUN", help="a run folder, a series of runs, or runs/NAME for its newest run")
    ] = Path("runs/latest"),
) -> None:
    """Make the report of a run, or of a series of runs, anew from what lies in its folder. Nothing is trained."""
    from genrekit.finding_runs import find_run
    from genrekit.report.again import report_again

    print(f"report {report_again(find_run(run, 'genrekit report runs/NAME'), show_warning)}")
