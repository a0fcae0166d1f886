"""From features to logits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from genrekit.component.base import Component
from genrekit.component.features import FeatureShape

if TYPE_CHECKING:
    import torch


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
