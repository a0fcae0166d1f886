"""The recipe's ``[tracking]``."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Self

import genrekit
from genrekit.options import Options

if TYPE_CHECKING:
    from genrekit.recipe import Recipe


class TensorBoard(Options):
    """Event files for TensorBoard."""

    library: ClassVar[str] = "tensorboard"

    folder: genrekit.RecipePath | None = genrekit.Field(
        None, description="where event files are written, below it NAME/TIME of the run; none: the run folder"
    )


class MLflow(Options):
    """A run of an MLflow server, or of a local store."""

    library: ClassVar[str] = "mlflow"

    uri: str | None = genrekit.Field(
        None, description="the server or store, as MLflow knows it; none: $MLFLOW_TRACKING_URI, or MLflow's default"
    )
    experiment: str | None = genrekit.Field(
        None, description="the experiment, made if need be; none: the recipe's name"
    )
    tags: dict[str, str] = genrekit.Field({}, description="tags of the run")


class Wandb(Options):
    """A run of Weights & Biases."""

    library: ClassVar[str] = "wandb"

    project: str | None = genrekit.Field(None, description="the project; none: the recipe's name")
    entity: str | None = genrekit.Field(None, description="the user or team; none: the account's default")
    mode: Literal["online", "offline"] = genrekit.Field(
        "online", description="offline: files in the run folder only, for `wandb sync`"
    )
    tags: list[str] = genrekit.Field([], description="tags of the run")


class Tracking(genrekit.RecipeTable):
    """Which trackers hear of a run: its options, every epoch's figures, the final ones, pictures and the model."""

    table: ClassVar[str] = "tracking"

    tensorboard: TensorBoard | None = genrekit.Field(None, description="TensorBoard; none: it does not hear of the run")
    mlflow: MLflow | None = genrekit.Field(None, description="MLflow; none: it does not hear of the run")
    wandb: Wandb | None = genrekit.Field(None, description="Weights & Biases; none: it does not hear of the run")
    pictures: bool = genrekit.Field(True, description="whether pictures of the evaluators are sent")
    files: bool = genrekit.Field(
        True, description="whether the recipe, report, predictions and figures are sent, where a tracker takes files"
    )
    bundle: bool = genrekit.Field(True, description="whether the trained model is sent, where a tracker takes files")
    timeout_s: int = genrekit.Field(
        10, ge=1, le=600, description="seconds to wait for a server before going on without"
    )

    @property
    def chosen(self) -> dict[str, TensorBoard | MLflow | Wandb]:
        """The trackers that hear of runs."""
        named = {"tensorboard": self.tensorboard, "mlflow": self.mlflow, "wandb": self.wandb}
        return {name: options for name, options in named.items() if options is not None}

    def misfits(self, recipe: Recipe) -> Iterator[genrekit.Misfit]:
        """Trackers whose library is not installed, and none at all."""
        for name, options in self.chosen.items():
            if importlib.util.find_spec(options.library) is None:
                install = f'pip install "genrekit-tracking[{name}]"'
                yield genrekit.Misfit((name,), f"{options.library} is not installed", hint=install)
        if not self.chosen:
            hint = "[tracking.tensorboard], [tracking.mlflow] or [tracking.wandb]"
            yield genrekit.Misfit((), "names no tracker", hint=hint)

    @classmethod
    def example(cls, folder: Path) -> Self:
        """All three."""
        return cls(tensorboard=TensorBoard(folder=folder), mlflow=MLflow(), wandb=Wandb(mode="offline"))
