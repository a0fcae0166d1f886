"""Features in batches on the training device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit.augmentation import augment
from genrekit.clip_preparation import Stage
from genrekit.component import Augmenter, FeatureExtractor, FeatureShape
from genrekit.errors import RecipeError

if TYPE_CHECKING:
    import numpy as np
    import torch


@dataclass
class Featurizer:
    """Turns loaded windows into a batch of features; where features are stored already, it only stacks them."""

    module: torch.nn.Module
    stage: Stage
    device: torch.device

    def __call__(
        self,
        windows: list[torch.Tensor],
        augmenters: Sequence[Augmenter] = (),
        rngs: Sequence[np.random.Generator] = (),
    ) -> torch.Tensor:
        """Features float32 [batch, channels, bins, frames]; ``augmenters`` change the waveforms first."""
        import torch

        if self.stage == "features":
            batch = torch.stack(windows).to(self.device, non_blocking=True).float()
        else:
            batch = self._from_waveforms(windows, augmenters, rngs)
        return batch.contiguous(memory_format=torch.channels_last)

    def _from_waveforms(
        self, windows: list[torch.Tensor], augmenters: Sequence[Augmenter], rngs: Sequence[np.random.Generator]
    ) -> torch.Tensor:
        """Waveforms of one length are one batch: padding would change the statistics of those that are shorter."""
        import torch

        rows_of_length: dict[int, list[int]] = defaultdict(list)
        for row, window in enumerate(windows):
            rows_of_length[len(window)].append(row)
        out: list[torch.Tensor | None] = [None] * len(windows)
        for rows in rows_of_length.values():
            waveform = torch.stack([windows[row] for row in rows]).to(self.device).float()
            if augmenters:
                waveform = augment(waveform, augmenters, [rngs[row] for row in rows])
            with torch.no_grad():
                for row, features in zip(rows, self.module(waveform), strict=True):
                    out[row] = features
        return torch.stack([features for features in out if features is not None])


def measure_shape(features: FeatureExtractor, module: torch.nn.Module) -> FeatureShape:
    """The shape of one window's features, by running the module on silence."""
    import torch

    with torch.inference_mode():
        out = module.cpu()(torch.zeros(1, max(features.window_samples(), features.minimum_samples())))
    if out.dim() != 4:
        raise RecipeError(
            f"[features] {features.use} gives a tensor of shape {tuple(out.shape)}",
            why="features are [batch, channels, bins, frames]",
        )
    promised, found = features.output_shape(), FeatureShape(*out.shape[1:])
    if promised is not None and promised != found:
        raise RecipeError(f"[features] {features.use} promises shape {tuple(promised)} but gives {tuple(found)}")
    return found
