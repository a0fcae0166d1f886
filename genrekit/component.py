"""What a component is: a small frozen Pydantic class whose fields are its recipe options.

One base class for each kind. Nothing here imports torch; a component's ``build`` does.
"""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import Field

from genrekit.options import Options

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch.optim.lr_scheduler import LRScheduler

    from genrekit.clips import Clips
    from genrekit.outcome import Outcome

    Draw = Mapping[str, float | int | np.ndarray]


Task = Literal["single-label", "multi-label"]
"""Whether each clip has just one label, or any number of them."""


class FeatureShape(NamedTuple):
    """The shape of one example's features: [channels, bins, frames]."""

    channels: int
    bins: int
    frames: int


class Component(Options):
    """The base of all kinds. A subclass sets ``use: Literal["name"] = "name"``."""

    kind: ClassVar[str]
    default: ClassVar[bool] = False
    """Whether a recipe that names no component of this kind gets this one; at most one installed class says so."""
    version: ClassVar[int] = 1
    """Raise it when the same options give another result: stored results of older versions are not used again."""

    use: str

    @classmethod
    def name(cls) -> str:
        """The name that recipes write after ``use =``."""
        return str(cls.model_fields["use"].default)

    def identity(self) -> dict[str, Any]:
        """What decides its results, ready for JSON: its options, unless a subclass says otherwise.

        Where an option leads to what can change while the option stays (a folder of weights, a name on a hub), the
        content, as a hash, takes the option's place. Stored features are found by it, and a run is not resumed with
        another one. It is asked often, so it must be quick: hash a file again only when its size or time has changed.
        """
        return self.model_dump(mode="json")

    def portable(self) -> Self:
        """The same component as a bundle writes it: with options that build its module on any machine.

        A bundle holds the module's weights. So what says where weights come from (a file, a download) is replaced by
        what says which there are. Its module must have the same ``state_dict`` keys and shapes.
        """
        return self

    @classmethod
    def example(cls, folder: Path) -> Self:
        """A small one for the contract suite, `genrekit.testing`; with its defaults, unless a subclass says otherwise.

        ``folder`` is empty and there to be written into: a data set puts a few recordings there.
        """
        return cls.model_validate({})


class Dataset(Component):
    """Where clips come from."""

    kind: ClassVar[str] = "dataset"

    def clips(self) -> Clips:
        """Every clip with its labels, and its group, part and fold where known. Reads no audio."""
        raise NotImplementedError


class Splitter(Component):
    """Which clips train, which choose the epoch (validation), which are reported (test)."""

    kind: ClassVar[str] = "splitter"

    def split(self, clips: Clips, seed: int) -> Clips:
        """``clips`` with ``part`` set to "train", "validation", "test" or null (not used)."""
        raise NotImplementedError

    def each_fold(self, clips: Clips) -> list[Splitter]:
        """The splitters of a cross-validation, one a fold: each clip is in the test part of one at most.

        Each has the options that make its fold by itself, so that it can stand in a recipe. Empty: there are no folds
        to go through.
        """
        return []


class FeatureExtractor(Component):
    """From a mono waveform to the features a model sees."""

    kind: ClassVar[str] = "features"
    any_length: ClassVar[bool] = False
    """False: every waveform is cropped or zero-padded to `window_samples` before it comes.
    True: waveforms between `minimum_samples` and 1.1 windows come as they are, and the module fits its own width."""
    stored_as: ClassVar[Literal["float16", "float32"]] = "float32"
    """The precision features are stored in. float16 has 11 bits, and halves what is written and read: enough for values
    that are about 1 in size, normalised ones, say."""

    sample_rate: int = Field(22050, ge=1000, le=384000, description="sample rate in Hz that audio is resampled to")

    def window_samples(self) -> int:
        """The samples that one example holds; longer recordings are cut into windows of this length."""
        return 30 * self.sample_rate

    def minimum_samples(self) -> int:
        """Shorter waveforms are zero-padded to this length first."""
        return 1

    def output_shape(self) -> FeatureShape | None:
        """The features' shape worked out without torch, or None if only running the module tells."""
        return None

    def build(self) -> torch.nn.Module:
        """A module: waveform float32 [batch, samples] in -1..1 -> features [batch, channels, bins, frames]."""
        raise NotImplementedError


class Augmenter(Component):
    """A random change of training examples. What is drawn is apart from how it is applied."""

    kind: ClassVar[str] = "augmenter"
    resizes: ClassVar[bool] = False
    """True: `apply` gives the last dimension another size, the same for all; every example is changed, always."""

    on: Literal["features", "waveform"] = Field("features", description="what it changes")
    probability: float = Field(0.5, ge=0, le=1, description="the chance that a clip is changed in an epoch")

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Draw:
        """One clip's random numbers by name, each a number, or an array of one shape for all clips.

        ``shape`` is one example's: (samples,) or (channels, bins, frames).
        """
        raise NotImplementedError

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        """``batch`` [n, ...] with row i changed as ``draws[name][i]`` says; a new tensor of the same shape."""
        raise NotImplementedError


class Mixer(Augmenter):
    """An augmenter that mixes each chosen example with another one, targets included.

    Partners come from the whole training part, drawn for each example by itself, so that what it is mixed with does not
    depend on its batch. A partner has gone through the augmenters that stand before the mixer, with draws of its own.
    """

    partners: ClassVar[Literal["any", "other-class"]] = "any"
    """Which training examples may be partners: any, or those that have no label in common with the example."""

    def mix(
        self, batch: torch.Tensor, partners: torch.Tensor, draws: dict[str, torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Row i of ``batch`` [n, ...] mixed with row i of ``partners`` (of the same shape), and its own share.

        The share, float [n] from 0 to 1, is how much of the example's own target is kept; the partner's gets the rest.
        """
        raise NotImplementedError


class Model(Component):
    """From features to logits."""

    kind: ClassVar[str] = "model"

    def check(self, shape: FeatureShape, classes: int) -> None:
        """Raise ValueError, saying which option to change, if this model cannot take that shape."""

    def build(self, shape: FeatureShape, classes: int) -> torch.nn.Module:
        """A module: features float32 [batch, channels, bins, frames] -> logits [batch, classes].

        A module inside it may have a method ``fit_statistics(batches: Iterable[Tensor]) -> None``. It is called once,
        before the first epoch, with the features of the training part, un-augmented, batch after batch on the training
        device (they can be gone through more than once), and keeps what it learns of them in its buffers. Those travel
        with the weights: into checkpoints and the bundle. Until then the buffers must be such that the module works.
        """
        raise NotImplementedError

    def learning_rates(self, network: torch.nn.Module) -> Mapping[str, float]:
        """Factors, above 0, on the recipe's learning rate, by the names of ``network.named_parameters()``.

        ``network`` is what `build` made; parameters that are not named have factor 1. Schedulers change all rates in
        proportion. Weights that must not change at all have ``requires_grad`` False instead.
        """
        return {}


class FittedModel(Model):
    """From features to logits, learned from all training examples at once: no gradients, no epochs, no optimizer.

    Nearest neighbours, trees, support vectors. All else is as for other models: parts, augmenters, figures, folds,
    resume, bundle. A run has one epoch; ``train.epoch_size`` and ``train.sampling`` say which examples are in it.
    """

    learns_shares: ClassVar[bool] = False
    """Whether targets may be shares of labels, as mixers make them. False: recipes with mixers are refused."""

    def build(self, shape: FeatureShape, classes: int) -> torch.nn.Module:
        """A module as other models', with a method that learns; what it has learned is in its ``state_dict``.

        ``fit(batches: Iterable[tuple[Tensor, Tensor]], *, multi_label: bool, seed: int) -> None`` is called once.
        ``batches`` are features float32 [n, channels, bins, frames], augmented, on the training device, with targets
        float32 [n, classes]; they can be gone through more than once, and are the same then. ``seed``, 0 to 2^63 - 1,
        decides all that is random. A ValueError says why these examples cannot be learned from. Before it, the module
        answers, whatever. `genrekit.graph_network.GraphNetwork` is one for libraries that can write ONNX.
        """
        raise NotImplementedError


class Loss(Component):
    """What training lowers, and with it the task: one label a clip, or several."""

    kind: ClassVar[str] = "loss"
    multi_label: ClassVar[bool] = False
    """False: each clip has one label, and probabilities are the softmax of the logits.
    True: a clip has any number of labels, and each has its own probability, the sigmoid of its logit."""

    def build(self, counts: Sequence[int], examples: int) -> torch.nn.Module:
        """A module: (logits float32 [n, classes], targets float32 [n, classes]) -> each example's loss, float32 [n].

        Targets are 1 for an example's labels and 0 elsewhere, or anything between where examples were mixed.
        ``counts`` says how many of the ``examples`` of the training part have each label.
        """
        raise NotImplementedError

    def activation(self, logits: torch.Tensor) -> torch.Tensor:
        """Probabilities [..., classes] from logits."""
        return logits.sigmoid() if self.multi_label else logits.softmax(dim=-1)


class Optimizer(Component):
    """How weights follow gradients."""

    kind: ClassVar[str] = "optimizer"

    def build(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.Optimizer:
        """A torch optimizer over ``parameters``."""
        raise NotImplementedError


class Scheduler(Component):
    """How the learning rate changes, epoch by epoch or step by step."""

    kind: ClassVar[str] = "scheduler"
    interval: ClassVar[Literal["epoch", "step"]] = "epoch"
    """When `advance` is called: after each epoch, or after each step."""

    def build(self, optimizer: torch.optim.Optimizer, epochs: int, steps_per_epoch: int) -> LRScheduler:
        """A torch scheduler; its state must be plain numbers and lists, so that checkpoints can hold it."""
        raise NotImplementedError

    def goes_by(self) -> str | None:
        """The figure that `advance` reads, of validation or ``train_loss``; None if it reads none.

        A run begins only if there is such a figure, and epochs that are not validated are passed over.
        """
        return None

    def advance(self, scheduler: LRScheduler, metrics: Mapping[str, float]) -> None:
        """Step it. ``metrics`` holds the epoch's validation figures (empty when ``interval`` is "step")."""
        scheduler.step()


class Evaluator(Component):
    """Figures and pictures from predictions."""

    kind: ClassVar[str] = "evaluator"
    tasks: ClassVar[frozenset[Task]] = frozenset({"single-label"})
    """What its figures are made for: clips with one label, with any number of labels ("multi-label"), or both."""
    less_is_better: ClassVar[frozenset[str]] = frozenset()
    """Those of its figures of which a lower one is better, so that the best epoch is. Losses are known."""

    def metrics(self, outcome: Outcome) -> dict[str, Any]:
        """JSON-ready figures of one part. Plain numbers also appear in every epoch's line of the history.

        A figure that a part does not define (no clip of some class) is None, not NaN.
        """
        raise NotImplementedError

    def resample(self, outcome: Outcome, counts: np.ndarray) -> dict[str, np.ndarray]:
        """Figures of other draws of the clips, for their intervals: float [resamples] each, NaN where undefined.

        ``counts`` int64 [resamples, clips] says how often each clip is in each draw. Only figures that are here get
        intervals. Unless overridden, `metrics` is asked once for each draw, and its plain numbers are taken.
        """
        from genrekit.intervals import by_metrics

        return by_metrics(self, outcome, counts)

    def pictures(self, outcome: Outcome, history: list[dict[str, float]], folder: Path) -> list[Path]:
        """Files drawn into ``folder`` once, at the end of the run, for the part that is reported."""
        return []


class Executor(Component):
    """Where preprocessing runs."""

    kind: ClassVar[str] = "executor"

    def open(self) -> concurrent.futures.Executor:
        """A `concurrent.futures.Executor`; the caller shuts it down. Jobs sent to it are picklable."""
        raise NotImplementedError

    def capacity(self) -> int:
        """How many jobs run at once; a small multiple of it is kept in flight."""
        raise NotImplementedError


KINDS: dict[str, type[Component]] = {
    base.kind: base
    for base in (Dataset, Splitter, FeatureExtractor, Augmenter, Model, Loss, Optimizer, Scheduler, Evaluator, Executor)
}
