"""Checkpoints for these tests, and noise to hear with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from genrekit_transformers.example import example_checkpoint
from genrekit_transformers.families import FAMILIES

ALL = sorted(FAMILIES)


def checkpoint(folder: Path, family: str, **options: Any) -> Path:
    """A tiny one in a folder of its own."""
    return example_checkpoint(folder / family, family, **options)


def noise(samples: int, clips: int = 2) -> torch.Tensor:
    """float32 [clips, samples], of some loudness and with an offset."""
    rng = np.random.default_rng(samples)
    return torch.from_numpy((0.05 + 0.2 * rng.normal(size=(clips, samples))).astype(np.float32))
