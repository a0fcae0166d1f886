"""What runs that are started together share: where they are made, what they store, to whom they tell what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from genrekit.clips import Clips
from genrekit.console import Narrator
from genrekit.listeners import with_listeners
from genrekit.pipeline import Run
from genrekit.plugins import installed
from genrekit.processes import Processes
from genrekit.recipe import Recipe
from genrekit.run_folder import RunFolder
from genrekit.store import Store, default_root


@dataclass(frozen=True)
class Setting:
    """``runs`` is the folder of run folders; ``store_size`` is in bytes.

    ``listeners``, ``finish`` and ``jobs`` are as in `genrekit.running.run_recipe`.
    """

    runs: Path
    store: Store
    narrator: Narrator
    processes: Processes
    profile: bool = False
    store_size: int | None = None
    listeners: Sequence[object] = ()
    finish: bool = True
    jobs: int = 1

    @classmethod
    def of(
        cls,
        recipe: Recipe,
        runs: Path,
        store: str | Path | None,
        narrator: Narrator | None,
        profile: bool,
        store_size: int | None,
    ) -> Setting:
        """The setting of runs of a resolved recipe; meets the other processes, if there are any."""
        processes = Processes.join(on_cpu=recipe.train.device == "cpu")
        told = narrator if narrator and processes.first else Narrator()
        # Executors may run jobs in another folder.
        root = (Path(store) if store else default_root()).absolute()
        return cls(runs, Store(root), told, processes, profile, store_size)

    def run(self, recipe: Recipe, clips: Clips, folder: RunFolder, series: Path | None = None) -> Run:
        """One run of it. ``series`` is the folder of the series that it is a part of."""
        plugins = with_listeners(installed(), self.listeners)
        run = Run(recipe, clips, folder, self.runs, self.store, self.narrator, plugins, self.processes)
        run.store_size, run.series, run.finish = self.store_size, series, self.finish
        return run
