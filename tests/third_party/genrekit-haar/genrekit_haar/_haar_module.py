"""The transform in torch."""

from __future__ import annotations

import torch


class HaarEnergies(torch.nn.Module):
    """Waveform [batch, samples] -> [batch, 1, scales, frames]; samples are a multiple of ``frames * 2**scales``."""

    def __init__(self, scales: int, frames: int) -> None:
        super().__init__()
        self.scales, self.frames = scales, frames

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        """Each step halves the signal into differences, which are kept, and sums, which the next step halves."""
        energies = []
        for _ in range(self.scales):
            even, odd = waveform[:, 0::2], waveform[:, 1::2]
            difference, waveform = (even - odd) / 2**0.5, (even + odd) / 2**0.5
            energy = difference.square().unflatten(1, (self.frames, -1)).mean(dim=2)
            energies.append((energy + 1e-6).log())
        return torch.stack(energies, dim=1)[:, None]
