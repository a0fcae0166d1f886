"""Features in batches on the training device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit.clip_preparation import Stage
from genrekit.component import FeatureExtractor, FeatureShape
from genrekit.errors import RecipeError

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Group:
    """Waveforms of one length, [n, samples], and the ``rows`` of a batch that they are.

    Padding all of a batch to one length would change the statistics of those that are shorter.
    """

    rows: list[int]
    waveforms: torch.Tensor


@dataclass
class Featurizer:
    """Turns loaded windows into a batch of features; where features are stored already, it only stacks them."""

    module: torch.nn.Module
    stage: Stage
    device: torch.device

    def __call__(self, windows: Sequence[torch.Tensor]) -> torch.Tensor:
        """Features float32 [batch, channels, bins, frames]."""
        import torch

        if self.stage == "waveform":
            return self.of_groups(self.grouped(windows))
        batch = torch.stack(list(windows)).to(self.device, non_blocking=True).float()
        return batch.contiguous(memory_format=torch.channels_last)

    def grouped(self, windows: Sequence[torch.Tensor]) -> list[Group]:
        """Waveforms on the training device, float32."""
        import torch

        rows_of_length: dict[int, list[int]] = defaultdict(list)
        for row, window in enumerate(windows):
            rows_of_length[len(window)].append(row)
        stacked = ((rows, torch.stack([windows[row] for row in rows])) for rows in rows_of_length.values())
        return [Group(rows, waveforms.to(self.device).float()) for rows, waveforms in stacked]

    def of_groups(self, groups: Sequence[Group]) -> torch.Tensor:
        """Features of all groups, in the order of the batch."""
        import torch

        with torch.no_grad():
            features = {row: one for g in groups for row, one in zip(g.rows, self.module(g.waveforms), strict=True)}
        batch = torch.stack([features[row] for row in range(len(features))])
        return batch.contiguous(memory_format=torch.channels_last)


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
