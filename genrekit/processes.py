"""One run on several processes (``accelerate launch -m genrekit run``, torchrun): the result of one process.

Every process holds the whole network and takes its share of each batch. What crosses the batch (the sum of the loss,
batch statistics, dropout's random stream) is shared, so that N processes compute what one would, within float rounding.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from genrekit.errors import TrainingError, one_line

if TYPE_CHECKING:
    import numpy as np
    import torch
    from accelerate import PartialState

T = TypeVar("T")


def launched() -> bool:
    """Whether a launcher started this process as one of several. Tells without importing torch."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


@dataclass(frozen=True)
class Processes:
    """The processes of this run; by default just this one."""

    rank: int = 0
    count: int = 1

    @classmethod
    def join(cls, on_cpu: bool) -> Processes:
        """Meet the others, if there are any."""
        if not launched():
            return cls()
        from accelerate import PartialState

        state = PartialState(cpu=on_cpu)
        atexit.register(_part, state)
        return cls(state.process_index, state.num_processes)

    @property
    def first(self) -> bool:
        """Whether this is the one that writes the run folder."""
        return self.rank == 0

    def share(self, total: int) -> slice:
        """This process's part of ``total`` things in a row; sizes differ by one at most."""
        size, more = divmod(total, self.count)
        start = self.rank * size + min(self.rank, more)
        return slice(start, start + size + (self.rank < more))

    def by_first(self, work: Callable[[], T]) -> T | None:
        """What ``work`` gives in the first process, which alone does it while the others wait; None in those.

        Where it raises, all raise: nobody waits for what will not come.
        """
        if not self.first:
            failure = self.agree("")
            if failure:
                raise TrainingError("the first process of this run has failed", why=failure)
            return None
        try:
            done = work()
        except BaseException as error:
            with contextlib.suppress(TrainingError):
                self.agree(one_line(error))
            raise
        self.agree("")
        return done

    def wait(self) -> None:
        """Return when all have come here."""
        if self.count > 1:
            import torch.distributed

            with meeting():
                torch.distributed.barrier()

    def agree(self, value: T) -> T:
        """The first process's value."""
        if self.count == 1:
            return value
        import torch.distributed

        values = [value]
        with meeting():
            torch.distributed.broadcast_object_list(values, src=0)
        return values[0]

    def gather(self, rows: np.ndarray) -> np.ndarray:
        """Everybody's ``rows`` [n, ...], one after another in the order of the processes."""
        if self.count == 1:
            return rows
        import numpy as np
        import torch.distributed

        parts: list[Any] = [None] * self.count
        with meeting():
            torch.distributed.all_gather_object(parts, rows)
        return np.concatenate([part for part in parts if len(part)])

    def add(self, tensor: torch.Tensor) -> torch.Tensor:
        """The sum over all processes, in place; gradients do not pass."""
        if self.count > 1:
            import torch.distributed

            with meeting():
                torch.distributed.all_reduce(tensor)
        return tensor

    def add_gradients(self, network: torch.nn.Module) -> None:
        """Replace each gradient by the sum over all processes."""
        if self.count == 1:
            return
        import torch

        gradients = [parameter.grad for parameter in network.parameters() if parameter.grad is not None]
        flat = self.add(torch.cat([gradient.reshape(-1) for gradient in gradients]))
        start = 0
        for gradient in gradients:
            gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
            start += gradient.numel()


def _part(state: PartialState) -> None:
    """Left to the interpreter's end, the group's threads may outlive what they use, and abort the process."""
    state.destroy_process_group()
    # What is part of a cycle, such as the last step's gradients, may hold the group still.
    gc.collect()


@contextlib.contextmanager
def meeting() -> Iterator[None]:
    """Turns what torch says of a partner that is gone into a `TrainingError`."""
    try:
        yield
    except RuntimeError as error:
        raise TrainingError(
            "another process of this run has ended, or cannot be reached",
            why=one_line(error)[:200],
            hint="what that one said before its end tells more",
        ) from None


@dataclass
class BatchShare:
    """Which rows of the batch this process holds: ``rows`` of ``total``. Set anew for each step."""

    rows: slice = field(default_factory=lambda: slice(0, 0))
    total: int = 0
