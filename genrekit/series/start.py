"""How a series of runs begins, or is taken up again: what was planned is in its ``summary.json``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from genrekit import hardware
from genrekit import recipe as recipes
from genrekit.clips import Clips
from genrekit.errors import DataError
from genrekit.plugins import installed
from genrekit.recipe import Recipe
from genrekit.run_folder import RunFolder
from genrekit.series.files import SUMMARY, read_json
from genrekit.series.members import members
from genrekit.series.series import Series
from genrekit.setting import Setting


def start(
    recipe: Recipe, clips: Clips, folds: bool, seeds: Sequence[int], folder: RunFolder, setting: Setting
) -> Series:
    """A new series, with its plan written down."""
    plan = {"folds": folds, "seeds": list(seeds), "data": fingerprint(clips)}
    if setting.processes.first:
        folder.write_text("recipe.toml", recipes.dump(recipe))
        folder.write_text("recipe_as_written.toml", recipes.dump(recipe, as_written=True))
        folder.write_json("environment.json", hardware.describe(installed().versions()))
    return Series(recipe, clips, members(recipe, clips, folds, seeds), plan, folder, setting)


def resume(recipe: Recipe, clips: Clips, folder: RunFolder, setting: Setting) -> Series:
    """The series of a folder, as it was planned. Raises `DataError` if the data set has changed since."""
    summary = read_json(folder.path / SUMMARY)
    plan = {name: summary[name] for name in ("folds", "seeds", "data")}
    if plan["data"] != fingerprint(clips):
        raise DataError(
            f"the data is not what the runs in {folder.path} were started with",
            why="files were added, removed or renamed, or have other labels, groups or folds: clips would change sides",
            hint="bring the data back, or start anew",
        )
    return Series(recipe, clips, members(recipe, clips, plan["folds"], plan["seeds"]), plan, folder, setting)


def fingerprint(clips: Clips) -> str:
    """A hash of the table: names, labels, groups, folds and parts, not the audio."""
    return hashlib.sha256(clips.table.write_ndjson().encode()).hexdigest()
