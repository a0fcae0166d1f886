"""What a network answers about a part's clips while it is trained, and the figures of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit.clips import Clips
from genrekit.errors import one_line
from genrekit.evaluation import arbitrary_outcome, compute_logits, figures, outcome_of, plain_numbers
from genrekit.examples import Examples
from genrekit.features import Featurizer
from genrekit.outcome import Outcome
from genrekit.processes import Processes
from genrekit.profile import Profile
from genrekit.recipe import Recipe
from genrekit.training.memory import is_out_of_memory, out_of_memory
from genrekit.views import viewed

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Examination:
    """Asks networks; each process asks about its share of a part's clips. ``views`` is test-time augmentation."""

    recipe: Recipe
    clips: Clips
    labels: list[str]
    examples: dict[str, Examples]
    featurizer: Featurizer
    processes: Processes
    views: Sequence[torch.nn.Module]
    profile: Profile

    def outcome(self, part: str, network: torch.nn.Module) -> Outcome:
        """The answers of ``network`` for a part."""
        train, examples = self.recipe.train, self.examples[part]
        most = min(train.micro_batch_size or train.batch_size, train.batch_size)
        size = max(1, most // (1 + len(self.views)))
        with self.profile("evaluate"):
            try:
                logits = compute_logits(viewed(network, self.views), self.featurizer, examples, size, self.processes)
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
                why = one_line(error)[:200]
                raise out_of_memory(most, train.batch_size, None, why, "evaluating") from None
            return outcome_of(part, logits, examples, self.clips, self.labels, train.loss.multi_label)

    def validation_figures(self, network: torch.nn.Module, epoch: int) -> dict[str, float]:
        """Those of an epoch; none where there is no validation part, or where the epoch is not one of the evaluated."""
        train = self.recipe.train
        due = epoch % train.evaluate_every == 0 or epoch == train.epochs
        if not due or not len(self.examples.get("validation", ())):
            return {}
        outcome = self.outcome("validation", network)
        with self.profile("figures"):
            return plain_numbers(figures(self.recipe.evaluate, outcome))

    def figure_names(self) -> frozenset[str]:
        """What lines of the history can hold; found out from arbitrary answers for the validation clips."""
        found, examples = {"train_loss"}, self.examples.get("validation")
        if examples:
            outcome = arbitrary_outcome(examples, self.clips, self.labels, self.recipe.train.loss.multi_label)
            found |= plain_numbers(figures(self.recipe.evaluate, outcome)).keys()
        return frozenset(found)
