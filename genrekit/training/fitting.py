"""Training without gradients: a `FittedModel` learns from all training examples at once, in the one epoch there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genrekit.console import Advance
from genrekit.errors import TrainingError
from genrekit.evaluation import compute_logits, mean_loss, truth_of
from genrekit.prefetch import ahead
from genrekit.processes import Processes
from genrekit.randomness import torch_seed
from genrekit.training.batches import Batches
from genrekit.training.inputs import Inputs, in_order
from genrekit.training.loop import Training

if TYPE_CHECKING:
    import torch


@dataclass
class Fitting(Training):
    """One run's fitting. Checkpoint, judging and evaluation are as in training with gradients."""

    def __post_init__(self) -> None:
        self.average = None
        self.epoch_size = self.recipe.train.epoch_size or len(self.examples["train"])

    @property
    def parts(self) -> dict[str, object]:
        """What a checkpoint holds."""
        return {"network": self.network}

    def _rates(self) -> dict[str, float]:
        """There is no learning rate."""
        return {}

    def _train(self, epoch: int) -> float:
        """Fit; returns the mean loss over the training examples as they are, not augmented.

        The first process fits for all: sharing the examples out would make another model.
        """
        if self.processes.first:
            with self.profile("fit"):
                self._fit(epoch)
        self.network.load_state_dict(self.processes.agree(self.network.state_dict()))
        return self._train_loss()

    def _fit(self, epoch: int) -> None:
        network: Any = self.network
        train = self.recipe.train
        steps = -(-self.epoch_size // train.batch_size)
        with self.show_steps("examples", steps) as advance:
            batches = Rounds(self, epoch, advance)
            seed = torch_seed(self.recipe.seed, "fit", epoch)
            try:
                network.fit(batches, multi_label=train.loss.multi_label, seed=seed)
            except ValueError as error:
                use = self.recipe.model.use
                raise TrainingError(f"{use} cannot be fitted to these {self.epoch_size} examples: {error}") from error

    def _train_loss(self) -> float:
        train, examples = self.recipe.train, self.examples["train"]
        logits = compute_logits(self.network, self.featurizer, examples, train.batch_size, self.processes)
        truth = truth_of(examples.targets, len(self.labels))
        return mean_loss(logits, truth, train.loss.multi_label)


@dataclass(frozen=True)
class Rounds:
    """The epoch's batches of features and targets. Each loop over it draws the same again."""

    fitting: Fitting
    epoch: int
    advance: Advance

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        import torch

        inputs = self._inputs()
        for pieces in ahead(self._batches().epoch(self.epoch)):
            for piece in pieces:
                with torch.no_grad():
                    made = inputs(piece.draft)
                yield made
            self.advance("")

    def _inputs(self) -> Inputs:
        import torch

        targets = torch.from_numpy(self.fitting.examples["train"].targets)
        chain = in_order(self.fitting.recipe.augment)
        return Inputs(self.fitting.featurizer, chain, targets, self.fitting.profile)

    def _batches(self) -> Batches:
        recipe = self.fitting.recipe
        return Batches(
            seed=recipe.seed,
            examples=self.fitting.examples["train"],
            chain=in_order(recipe.augment),
            processes=Processes(),
            batch_size=recipe.train.batch_size,
            piece_size=recipe.train.batch_size,
            sampling=recipe.train.sampling,
            epoch_size=self.fitting.epoch_size,
        )
