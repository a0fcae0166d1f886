"""Weights & Biases: through a run object of its own, so that runs of one process do not mix."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from genrekit_tracking import figures
from genrekit_tracking.table import Wandb
from genrekit_tracking.tracker import Ending, Tracker


class WandbTracker(Tracker):
    """A run of a project; runs of a series are a group."""

    _run: Any = None

    @property
    def options(self) -> Wandb:
        """The recipe's options."""
        options = self.subject.tracking.wandb
        assert isinstance(options, Wandb)
        return options

    def start(self) -> None:
        import wandb

        options, subject = self.options, self.subject
        self._run = wandb.init(
            project=_plain(options.project or subject.recipe.name),
            entity=options.entity,
            id=self.identity,
            resume="allow" if self.identity else None,
            name=subject.title,
            group=subject.series.name if subject.series else None,
            tags=options.tags or None,
            mode=options.mode,
            dir=str(subject.folder),
            config=subject.params,
            reinit="create_new",
            settings=wandb.Settings(
                silent=True, console="off", init_timeout=subject.tracking.timeout_s, x_disable_stats=True
            ),
        )
        self.identity = self._run.id
        self._run.define_metric("epoch", hidden=True)
        self._run.define_metric("*", step_metric="epoch")

    def epoch(self, epoch: int, line: Mapping[str, float]) -> None:
        self._run.log({"epoch": epoch, **line})

    def end(self, ending: Ending) -> None:
        import wandb

        self._run.summary.update(figures.of_end(ending.metrics))
        self._run.summary.update({"status": ending.status} | ({"error": ending.error} if ending.error else {}))
        pictures = self.pictures(ending, ".png")
        if pictures:
            self._run.log({f"pictures/{path.stem}": wandb.Image(str(path)) for path in pictures})
        for path in self.files():
            self._run.save(str(path), base_path=str(self.subject.folder), policy="now")
        if self.bundle:
            artifact = wandb.Artifact(_plain(f"{self.subject.recipe.name}-{self._run.id}"), type="model")
            artifact.add_dir(str(self.bundle))
            self._run.log_artifact(artifact)
        self._run.finish(exit_code=0 if ending.status == "finished" else 1)

    def close(self) -> None:
        if self._run is not None:
            self._run.finish()


def _plain(name: str) -> str:
    """Names of projects and artifacts have no other characters."""
    return re.sub(r"[^\w.-]", "-", name)[:128]
