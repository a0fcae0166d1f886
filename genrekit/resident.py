"""Examples that stay on the training device, where all of a part fit: later epochs read nothing and copy nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit.examples import Examples

if TYPE_CHECKING:
    import numpy as np
    import torch

SHARE = 0.25
"""Of the device's free memory a part may take so much; the rest is for the network and its activations."""


@dataclass(frozen=True, kw_only=True)
class ResidentExamples(Examples):
    """``held`` [examples, ...] are their windows on the device, those that were loaded before: ``there`` says which."""

    held: torch.Tensor
    there: np.ndarray

    def load(self, indices: np.ndarray) -> list[torch.Tensor]:
        """As `Examples.load`, but on the device."""
        import numpy as np
        import torch

        missing = np.unique(indices[~self.there[indices]])
        for index, window in zip(missing, super().load(missing), strict=True):
            self.held[int(index)].copy_(window)
        self.there[missing] = True
        return list(self.held[torch.from_numpy(indices).to(self.held.device)])


def kept_on(device: torch.device, examples: Examples) -> Examples:
    """``examples`` that stay on ``device`` if their windows are of one shape and there is room for all; else as is."""
    import numpy as np
    import torch

    if not len(examples) or not (room := free_bytes(device)):
        return examples
    first = examples.load(np.zeros(1, np.int64))[0]
    if first.dim() < 2 or len(examples) * first.nbytes > SHARE * room:
        return examples
    held = torch.empty((len(examples), *first.shape), dtype=first.dtype, device=device)
    return ResidentExamples(**vars(examples), held=held, there=np.zeros(len(examples), np.bool_))


def free_bytes(device: torch.device) -> int:
    """A GPU's free memory; 0 where there is nothing to gain, or no telling."""
    import torch

    return torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else 0
