"""``genrekit tune``, in one process or several: each works on the study by itself, and none is above the others."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from genrekit.console import Narrator
from genrekit.errors import GenrekitError
from genrekit.plugins import installed
from genrekit_tune.results import tell
from genrekit_tune.searching import Searching


def tune_with_jobs(
    recipe: Path, overrides: Sequence[str], study: Path | None, jobs: int, store: Path | None, narrator: Narrator
) -> None:
    """Search, in ``jobs`` processes, and tell what came out. Raises `GenrekitError` for what the user can mend."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise GenrekitError("a search is not launched as processes that train together", hint="genrekit tune --jobs 4")
    searching = Searching.of(recipe, overrides, study, store, narrator)
    done = sum(trial.state.is_finished() for trial in searching.study.trials.get_trials(deepcopy=False))
    already = f", {done} of them done" if done else ""
    narrator.say(
        f"{searching.study.recipe.name}: {searching.study.budget} trials for validation {searching.metric} "
        f"in {searching.study.folder}{already}"
    )
    others = [_another(recipe, overrides, searching.study.folder, store) for _ in range(jobs - 1)]
    try:
        searching.go()
        codes = [other.wait() for other in others]
    except KeyboardInterrupt:
        narrator.say(f"\nstopped; the same command goes on: genrekit tune {recipe}")
        raise
    finally:
        for other in others:
            other.terminate()
    if any(codes):
        narrator.warn(f"{sum(map(bool, codes))} of {jobs} processes ended with an error; the others did their trials")
        searching.go()
    if searching.study.trials.get_trials(deepcopy=False):
        tell(searching)
    else:
        raise GenrekitError("there are no trials", hint="[tune] trials = 50")


def _another(recipe: Path, overrides: Sequence[str], study: Path, store: Path | None) -> subprocess.Popen[bytes]:
    """The same command, quiet, as a process of its own."""
    local = [
        part for plugin in installed().found if plugin.version == "local" for part in ("--plugin", plugin.distribution)
    ]
    command = [sys.executable, "-m", "genrekit", *local, "tune", str(recipe), "--study", str(study), "--quiet"]
    command += [part for override in overrides for part in ("--set", override)]
    command += ["--store", str(store)] if store else []
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)
