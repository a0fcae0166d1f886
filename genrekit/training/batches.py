"""Which examples are learned from together, in which order, and with which partners. All of it drawn ahead of time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit.component import Augmenter, Mixer
from genrekit.examples import Examples
from genrekit.processes import Processes
from genrekit.randomness import generator
from genrekit.training.bounds import batch_bounds
from genrekit.training.sampling import epoch_order, repetitions

if TYPE_CHECKING:
    import numpy as np
    import torch

Key = tuple[int | str, ...]
"""What an example's random draws depend on, besides the seed: epoch, clip, window …"""

TRIES = 32
"""So often a partner is drawn from all examples before those that may be partners are looked for one by one."""


@dataclass(frozen=True)
class Draft:
    """Loaded examples on their way to become input. ``partners`` by the mixer's place among the augmenters."""

    indices: np.ndarray
    windows: list[torch.Tensor]
    rngs: list[np.random.Generator]
    partners: dict[int, Partners]


@dataclass(frozen=True)
class Partners:
    """What the examples in ``rows`` of a draft are mixed with."""

    rows: list[int]
    draft: Draft


@dataclass(frozen=True)
class Piece:
    """What goes through the network at once: ``indices`` of all processes; ``draft`` is of this one's ``share``."""

    indices: np.ndarray
    share: slice
    draft: Draft


@dataclass(frozen=True)
class Batches:
    """The training part, epoch by epoch. ``chain`` is the augmenters in the order in which they are applied."""

    seed: int
    examples: Examples
    chain: Sequence[Augmenter]
    processes: Processes
    batch_size: int
    piece_size: int
    sampling: str
    epoch_size: int

    def epoch(self, epoch: int, done: int = 0) -> Iterator[list[Piece]]:
        """The batches of an epoch but for the first ``done``, each in pieces of nearly one size."""
        import numpy as np

        rng = generator(self.seed, "order", epoch)
        order = epoch_order(self.sampling, self.examples.targets, self.epoch_size, rng)
        repeated = repetitions(order)
        for start, end in batch_bounds(len(order), self.batch_size)[done:]:
            batch = np.arange(start, end)
            pieces = np.array_split(batch, -(-len(batch) // self.piece_size))
            yield [self._piece(epoch, order[places], repeated[places]) for places in pieces]

    def _piece(self, epoch: int, indices: np.ndarray, repeated: np.ndarray) -> Piece:
        share = self.processes.share(len(indices))
        keys = [self._key(epoch, *pair) for pair in zip(indices[share], repeated[share], strict=True)]
        return Piece(indices, share, self._draft(indices[share], keys, len(self.chain)))

    def _key(self, epoch: int, index: int, repeated: int) -> Key:
        clip = int(self.examples.rows[index]), int(self.examples.windows[index])
        return (epoch, *clip, int(repeated)) if repeated else (epoch, *clip)

    def _draft(self, indices: np.ndarray, keys: Sequence[Key], end: int) -> Draft:
        """Examples that go through ``chain[:end]``."""
        rngs = [generator(self.seed, "augment", *key) for key in keys]
        mixers = [(place, one) for place, one in enumerate(self.chain[:end]) if isinstance(one, Mixer)]
        partners = {place: self._partners(place, mixer, indices, keys) for place, mixer in mixers}
        return Draft(indices, self.examples.load(indices), rngs, {place: few for place, few in partners.items() if few})

    def _partners(self, place: int, mixer: Mixer, indices: np.ndarray, keys: Sequence[Key]) -> Partners | None:
        import numpy as np

        found: dict[int, int] = {}
        for row, key in enumerate(keys):
            rng = generator(self.seed, "mix", *key, place)
            if rng.random() < mixer.probability:
                partner = self._partner(mixer, int(indices[row]), rng)
                found |= {} if partner is None else {row: partner}
        if not found:
            return None
        partner_keys = [(*keys[row], "mix", place) for row in found]
        return Partners(list(found), self._draft(np.asarray(list(found.values())), partner_keys, place))

    def _partner(self, mixer: Mixer, own: int, rng: np.random.Generator) -> int | None:
        """An example to mix ``own`` with; None if there is none."""
        import numpy as np

        targets = self.examples.targets
        if mixer.partners == "any":
            return int(rng.integers(len(targets)))
        for candidate in rng.integers(len(targets), size=TRIES).tolist():
            if not targets[candidate] @ targets[own]:
                return int(candidate)
        others = np.flatnonzero(targets @ targets[own] == 0)
        return int(rng.choice(others)) if len(others) else None
