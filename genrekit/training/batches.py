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
    """What goes through a network at once: ``indices`` of all processes; ``draft`` is of this one's ``share``.

    ``member`` is the number of the ensemble's network that learns from it.
    """

    indices: np.ndarray
    share: slice
    draft: Draft
    member: int = 0


def examples_each(pieces: Sequence[Piece]) -> int:
    """How many examples each member learns from in a step of ``pieces``."""
    return sum(len(piece.indices) for piece in pieces if piece.member == 0)


@dataclass(frozen=True)
class Order:
    """An epoch as one member goes through it: int64 [epoch_size] each, which example, and how often it came before."""

    epoch: int
    member: int
    indices: np.ndarray
    repeated: np.ndarray


@dataclass(frozen=True)
class Batches:
    """The training part, epoch by epoch. ``chain`` is the augmenters in the order in which they are applied.

    Each of ``ensemble_size`` networks has an order and draws of its own; the first one's are those of a network alone.
    """

    seed: int
    examples: Examples
    chain: Sequence[Augmenter]
    processes: Processes
    batch_size: int
    piece_size: int
    sampling: str
    epoch_size: int
    ensemble_size: int = 1

    def epoch(self, epoch: int, done: int = 0) -> Iterator[list[Piece]]:
        """The batches of an epoch but for the first ``done``, member after member, in pieces of nearly one size."""
        orders = [self._order(epoch, member) for member in range(self.ensemble_size)]
        for start, end in batch_bounds(self.epoch_size, self.batch_size)[done:]:
            yield [piece for order in orders for piece in self._pieces(order, start, end)]

    def _order(self, epoch: int, member: int) -> Order:
        rng = generator(self.seed, "order", epoch, *_apart(member))
        indices = epoch_order(self.sampling, self.examples.targets, self.epoch_size, rng)
        return Order(epoch, member, indices, repetitions(indices))

    def _pieces(self, order: Order, start: int, end: int) -> Iterator[Piece]:
        import numpy as np

        for places in np.array_split(np.arange(start, end), -(-(end - start) // self.piece_size)):
            indices, repeated = order.indices[places], order.repeated[places]
            share = self.processes.share(len(indices))
            keys = [self._key(order, *pair) for pair in zip(indices[share], repeated[share], strict=True)]
            yield Piece(indices, share, self._draft(indices[share], keys, len(self.chain)), order.member)

    def _key(self, order: Order, index: int, repeated: int) -> Key:
        clip = int(self.examples.rows[index]), int(self.examples.windows[index])
        key = (order.epoch, *clip, *_apart(order.member))
        return (*key, int(repeated)) if repeated else key

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


def _apart(member: int) -> Key:
    """What tells a member's draws from the first one's."""
    return ("member", member) if member else ()
