"""The features of the training part as they are, for what is learned of them without gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit.ensemble import Seeing, members_of, picked
from genrekit.examples import Examples
from genrekit.features import Featurizer
from genrekit.prefetch import ahead
from genrekit.processes import Processes

if TYPE_CHECKING:
    import numpy as np
    import torch


@dataclass(frozen=True)
class PlainFeatures:
    """Batches of un-augmented features, in the order of the examples. Each loop over it reads them anew."""

    featurizer: Featurizer
    examples: Examples
    batch_size: int
    share: Callable[[int], slice] = lambda total: slice(0, total)
    """The rows of a batch of ``total`` that this process is to see; by default all."""
    equal: bool = False
    """Whether a last batch that is smaller than the others is left out."""

    def __iter__(self) -> Iterator[torch.Tensor]:
        import torch

        for windows in ahead(map(self.examples.load, self._indices())):
            with torch.no_grad():
                yield self.featurizer(windows)

    def _indices(self) -> Iterator[np.ndarray]:
        import numpy as np

        short = self.equal and len(self.examples) > self.batch_size
        end = len(self.examples) - (len(self.examples) % self.batch_size if short else 0)
        for start in range(0, end, self.batch_size):
            batch = np.arange(start, min(start + self.batch_size, len(self.examples)))
            yield batch[self.share(len(batch))]


@dataclass(frozen=True)
class SeenFeatures:
    """Of ``batches`` the channels that one member of an ensemble sees."""

    batches: Iterable[torch.Tensor]
    member: Seeing

    def __iter__(self) -> Iterator[torch.Tensor]:
        return (picked(batch, self.member.channels) for batch in self.batches)


def fit_statistics(network: torch.nn.Module, batches: PlainFeatures, processes: Processes) -> None:
    """Let each module that has a ``fit_statistics`` learn from ``batches``; the first process's results count."""
    for member in members_of(network):
        seen = SeenFeatures(batches, member) if isinstance(member, Seeing) else batches
        for module in member.modules():
            learn = getattr(module, "fit_statistics", None)
            if callable(learn):
                if processes.first:
                    learn(seen)
                _agree_on_buffers(module, processes)


def _agree_on_buffers(module: torch.nn.Module, processes: Processes) -> None:
    if processes.count == 1:
        return
    found = processes.agree({name: buffer.cpu() for name, buffer in module.named_buffers()})
    for name, buffer in module.named_buffers():
        buffer.copy_(found[name])
