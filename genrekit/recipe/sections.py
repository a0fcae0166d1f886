"""The tables of a recipe that belong to the core."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from genrekit.component import Loss, Optimizer, Scheduler
from genrekit.options import Options


class Section(Options):
    """A table of the recipe that belongs to the core."""

    def __eq__(self, other: object) -> bool:
        """Whether all options are equal, even if other plugins were installed when the other was read."""
        return isinstance(other, Section) and self._given() == other._given()

    def _given(self) -> dict[str, Any]:
        """The options that are not none: a table that a plugin could have brought, and did not, is no difference."""
        return {name: value for name, value in self if value is not None}


class StopEarly(Section):
    """When to stop before the last epoch."""

    metric: str = Field("macro_f1", description="the validation figure that must improve")
    patience: int = Field(5, ge=1, description="epochs without improvement after which training stops")


Channels = tuple[Annotated[int, Field(ge=0)], ...]


class Average(Section):
    """Average weights over training; the averaged ones are evaluated, kept and exported."""

    kind: Literal["exponential", "equal"] = Field(
        "exponential",
        description="exponential: of every step, recent ones most (EMA). equal: of every epoch, all the same (SWA)",
    )
    decay: float = Field(
        0.999, ge=0, lt=1, description="share of an exponential average that a step keeps; less in the first steps"
    )
    from_epoch: int = Field(1, ge=1, description="the first epoch whose weights count")


class Train(Section):
    """How the model is trained."""

    epochs: int = Field(50, ge=1, description="the largest number of passes over the training clips")
    batch_size: int = Field(32, ge=1, description="training examples in a step")
    micro_batch_size: int | None = Field(
        None,
        ge=1,
        description="the most examples that go through the model at once, where a batch does not fit into memory; "
        "gradients add up to the batch's, but batch normalisation sees the smaller ones. none: batch_size",
    )
    ensemble_size: int = Field(
        1,
        ge=1,
        le=100,
        description="networks trained side by side, each with first weights, an order and draws of its own; the mean "
        "of their logits is the answer. Training and predicting take so many times as long",
    )
    ensemble_channels: tuple[Channels, ...] | None = Field(
        None,
        description="the channels of the features, from 0, that the first, second … of them sees, and the first again "
        "after the last: [[0], [0, 1]]. none: each sees all",
    )
    sampling: Literal["shuffled", "balanced"] = Field(
        "shuffled",
        description="shuffled: an epoch is each example once. balanced: as many, but equally many of each class",
    )
    epoch_size: int | None = Field(
        None,
        ge=1,
        description="training examples in an epoch, so that one schedule serves small and large data sets: of few "
        "examples each comes several times, augmented anew, of many not each in every epoch. none: each once",
    )
    loss: Loss = Field(description="what training lowers; decides whether clips have one label or several")
    optimizer: Optimizer = Field(description="how weights follow gradients")
    scheduler: Scheduler | None = Field(None, description="how the learning rate changes; none keeps it constant")
    clip_gradients: float | None = Field(
        None, gt=0, description="longer gradients (L2 norm over a network's weights) are shortened to this; none: never"
    )
    average: Average | None = Field(None, description="average weights over training; none: the last step's count")
    keep: str = Field(
        "macro_f1", description='the validation figure whose best epoch is kept; "last": the last epoch, whatever it is'
    )
    evaluate_every: int = Field(1, ge=1, description="epochs from one validation to the next; the last is validated")
    stop_early: StopEarly | None = Field(None, description="when to stop before the last epoch; none never stops")
    precision: Literal["auto", "float32", "bf16"] = Field(
        "auto", description="arithmetic of the model; auto is bf16 where the hardware computes it, else float32"
    )
    threads: int | None = Field(
        None,
        ge=1,
        le=512,
        description="CPU threads of the model's arithmetic; results depend on it. none: all usable CPUs",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field("auto", description="where the model is trained")
    deterministic: bool = Field(
        False,
        description="refuse what a GPU leaves to chance, so that the same recipe gives the same bits on it, more "
        "slowly; a CPU does so in any case",
    )

    @model_validator(mode="after")
    def _channels_are_of_networks_that_there_are(self) -> Self:
        named = self.ensemble_channels
        if named is None:
            return self
        if not (named and all(named)):
            raise ValueError("ensemble_channels leaves a network nothing to see: [[0], [0, 1]], say, or leave it out")
        if any(len(set(channels)) < len(channels) for channels in named):
            raise ValueError("ensemble_channels shows a network one channel twice: each has all that it holds")
        if len(named) > self.ensemble_size:
            raise ValueError(
                f"ensemble_channels says what {len(named)} networks see, and ensemble_size is {self.ensemble_size}: "
                f"ensemble_size = {len(named)}, or a multiple of it"
            )
        return self

    @model_validator(mode="after")
    def _something_is_averaged(self) -> Self:
        if self.average and self.average.from_epoch > self.epochs:
            raise ValueError(
                f"average.from_epoch = {self.average.from_epoch} is beyond the last epoch, {self.epochs}: "
                "no weights would be averaged"
            )
        return self


class Checkpoint(Section):
    """How often a run writes down where it stands, so that `genrekit run --resume` can go on from there."""

    every_minutes: float = Field(
        10.0, ge=0, description="minutes of an epoch after which it is written within it, too; 0: only after each epoch"
    )


class Answers(Section):
    """What the finished model answers. What is fitted is fitted on the validation part."""

    temperature: bool = Field(
        True, description="divide logits by a fitted temperature, so that of answers 70 % sure, about 70 % are right"
    )
    overlap: float = Field(
        0.0,
        ge=0,
        le=0.95,
        description="the share of a window that the next one has too, where a longer clip is evaluated or predicted: "
        "its answer is the mean over more windows. Windows that are trained on do not overlap",
    )
    within_db: float | None = Field(
        None,
        gt=0,
        le=200,
        description="windows whose level (mean power, in whole dB) is more than this below that of the clip's loudest "
        "have no part in its answer; none: all have that are not silent",
    )
    abstain_below: float | None = Field(
        None, ge=0, lt=1, description="probability below which `genrekit predict` does not answer; none: it always does"
    )
    abstain_accuracy: float | None = Field(
        None, gt=0, le=1, description="choose abstain_below: the lowest with this share right among the answered"
    )
    thresholds: Literal["fitted"] | float = Field(
        "fitted",
        description="where clips have several labels: the probability from which on a label is given; "
        "fitted: for each label the one with its highest F1",
    )

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if self.abstain_below is not None and self.abstain_accuracy is not None:
            raise ValueError("abstain_below and abstain_accuracy are two ways to set one threshold: keep one")
        if isinstance(self.thresholds, float) and not 0 < self.thresholds < 1:
            raise ValueError("thresholds must be above 0 and below 1")
        return self
