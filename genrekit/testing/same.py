"""What checks compare with, each with an explanation of what differs."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def assert_close(found: torch.Tensor, wanted: torch.Tensor, what: str, tolerance: float = 1e-4) -> None:
    """Equal shapes, and values within ``tolerance`` of the largest one's size; what is not finite must be alike."""
    import torch

    assert found.shape == wanted.shape, f"{what}: shape {list(found.shape)}, not {list(wanted.shape)}"
    scale = max(1.0, float(wanted.nan_to_num(0, 0, 0).abs().max())) if wanted.numel() else 1.0
    if not torch.allclose(found.float(), wanted.float(), rtol=0, atol=tolerance * scale, equal_nan=True):
        difference = float((found.float() - wanted.float()).abs().max())
        raise AssertionError(f"{what}: values differ by up to {difference:.3g}")


def assert_finite(values: torch.Tensor, what: str) -> None:
    """No NaN and no infinity."""
    odd = int((~values.isfinite()).sum())
    assert not odd, f"{what} gives {odd} of {values.numel()} values that are not finite"


@contextlib.contextmanager
def untouched(tensor: torch.Tensor, what: str) -> Iterator[None]:
    """The block leaves ``tensor`` as it was."""
    import torch

    before = tensor.clone()
    yield
    same = torch.equal(before.nan_to_num(), tensor.nan_to_num())
    assert same, f"{what} changed its input in place; work on a copy (inplace=True, add_ and the like do not)"


@contextlib.contextmanager
def no_global_draws(what: str, hint: str) -> Iterator[None]:
    """The block draws from no global generator: Python's, NumPy's or torch's."""
    before = _states()
    yield
    moved = [name for name, state in _states().items() if state != before[name]]
    assert not moved, f"{what} drew from the global generator of {' and '.join(moved)}; {hint}"


def _states() -> dict[str, Any]:
    import numpy as np
    import torch

    numpy_state: Any = np.random.get_state(legacy=False)
    return {
        "random": random.getstate(),
        "numpy.random": (numpy_state["state"]["key"].tobytes(), numpy_state["state"]["pos"]),
        "torch": torch.get_rng_state().numpy().tobytes(),
    }
