"""A plugin with one or two small components of every kind, so that the core's tests depend on no built-in."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

import genrekit
from genrekit.component import FeatureShape


class Tones(genrekit.Dataset):
    """Clips of pure tones."""

    use: Literal["tones"] = "tones"
    root: genrekit.RecipePath = genrekit.Field(description="the folder of clips")
    also: list[genrekit.RecipePath] = genrekit.Field([], description="more folders")
    limit: int | None = genrekit.Field(None, ge=1, description="the most clips to use")


class Noises(genrekit.Dataset):
    """Clips of noise."""

    use: Literal["noises"] = "noises"
    colours: dict[str, float] = genrekit.Field({}, description="each colour's share")


class Halves(genrekit.Splitter):
    """Half of the clips train."""

    use: Literal["halves"] = "halves"
    default = True
    validation: float = genrekit.Field(0.15, gt=0, lt=1, description="the share that chooses the epoch")


class Energy(genrekit.FeatureExtractor):
    """The energy of equal stretches."""

    use: Literal["energy"] = "energy"
    bins: int = genrekit.Field(8, ge=2, description="bands")
    frames: int = genrekit.Field(10, description="stretches")

    def output_shape(self) -> FeatureShape:
        if self.frames < 1:
            raise ValueError(f"there is no room for {self.frames} frames; raise frames")
        return FeatureShape(1, self.bins, self.frames)

    def build(self) -> Any:
        import torch

        class Bands(torch.nn.Module):
            def __init__(self, bins: int, frames: int) -> None:
                super().__init__()
                self.bins, self.frames = bins, frames

            def forward(self, waveform: torch.Tensor) -> torch.Tensor:
                stretches = waveform[:, : self.bins * self.frames].reshape(len(waveform), 1, self.bins, self.frames)
                return stretches.square()

        return Bands(self.bins, self.frames)


class Louder(genrekit.Augmenter):
    """Multiplies by a number."""

    use: Literal["louder"] = "louder"
    amount: float = genrekit.Field(0.1, ge=0, description="the most that is added to a factor of one")


class Flip(genrekit.Augmenter):
    """Turns the sign."""

    use: Literal["flip"] = "flip"


class Layer(BaseModel):
    """One layer of a dense model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = genrekit.Field(description="its outputs")
    activation: Literal["relu", "tanh"] = genrekit.Field("relu", description="its nonlinearity")


class Dense(genrekit.Model):
    """Fully connected layers."""

    use: Literal["dense"] = "dense"
    hidden_size: int = genrekit.Field(16, ge=1, le=1024, description="outputs of the hidden layer")
    dropout: float = genrekit.Field(0.5, ge=0, lt=1, description="the share of outputs zeroed in training")
    layers: list[Layer] = genrekit.Field([], description="further layers")
    width: int | Literal["auto"] = genrekit.Field("auto", description="the width, or auto")

    @model_validator(mode="after")
    def _sizes_fit(self) -> Dense:
        if self.hidden_size == 13:
            raise ValueError("hidden_size 13 brings bad luck; use 12 or 14")
        return self

    def check(self, shape: FeatureShape, classes: int) -> None:
        if shape.frames < 4:
            raise ValueError("at least 4 frames are needed; raise features.frames")

    def build(self, shape: FeatureShape, classes: int) -> Any:
        import torch

        sizes = shape.channels * shape.bins * shape.frames
        hidden = torch.nn.Linear(sizes, self.hidden_size)
        return torch.nn.Sequential(torch.nn.Flatten(), hidden, torch.nn.Linear(self.hidden_size, classes))


class Constant(genrekit.Model):
    """Always the same answer."""

    use: Literal["constant"] = "constant"


class Gap(genrekit.Loss):
    """How far probabilities are from targets."""

    use: Literal["gap"] = "gap"
    default = True

    def build(self, counts: Any, examples: int) -> Any:
        return lambda logits, targets: (logits.softmax(dim=1) - targets).square().sum(dim=1)


class Descent(genrekit.Optimizer):
    """Plain gradient descent."""

    use: Literal["descent"] = "descent"
    lr: float = genrekit.Field(0.1, gt=0, description="learning rate")


class Steps(genrekit.Scheduler):
    """A lower learning rate every few epochs."""

    use: Literal["steps"] = "steps"
    step_size: int = genrekit.Field(10, ge=1, description="epochs between changes")


class Hits(genrekit.Evaluator):
    """The share of clips that are right."""

    use: Literal["hits"] = "hits"
    default = True


class Here(genrekit.Executor):
    """In this thread."""

    use: Literal["here"] = "here"
    default = True


@genrekit.hookimpl
def register_datasets(register: Any) -> None:
    register(Tones)
    register(Noises)


@genrekit.hookimpl
def register_splitters(register: Any) -> None:
    register(Halves)


@genrekit.hookimpl
def register_features(register: Any) -> None:
    register(Energy)


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    register(Louder)
    register(Flip)


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(Dense)
    register(Constant)


@genrekit.hookimpl
def register_losses(register: Any) -> None:
    register(Gap)


@genrekit.hookimpl
def register_optimizers(register: Any) -> None:
    register(Descent)


@genrekit.hookimpl
def register_schedulers(register: Any) -> None:
    register(Steps)


@genrekit.hookimpl
def register_evaluators(register: Any) -> None:
    register(Hits)


@genrekit.hookimpl
def register_executors(register: Any) -> None:
    register(Here)
