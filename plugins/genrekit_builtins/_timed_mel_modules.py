"""The torch modules behind `mel` and `pcen`. Imported by their ``build`` only, since it imports torch.

Plain tensor arithmetic without a branch on the data, so that ``torch.onnx.export(dynamo=True)`` takes the modules with
any number of clips and samples. On a CPU the spectrogram is worked out block by block, as `log-mel`'s is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from genrekit.torchaudio_guard import import_torchaudio
from genrekit_builtins._mel_blocks import MelInBlocks
from genrekit_builtins._mel_modules import LEAST_POWER, fitted, is_plain_on_cpu
from genrekit_builtins.loud_frames import loud_frames

if TYPE_CHECKING:
    from genrekit_builtins.timed_mel import TimedMel
    from genrekit_builtins.timed_mel_features import Mel as MelOptions
    from genrekit_builtins.timed_mel_features import Pcen as PcenOptions

SCALE_DB = 20.0
"""Decibels that become 1: about the deviation of a clip's levels."""
QUIET_DB = 40.0
"""How far below the mean of the sound 0 is where tilt is taken away: what pads, masks and shifts is near silence."""


class MelPower(nn.Module):
    """waveform float32 [batch, samples] -> mel power [batch, mels, frames]."""

    def __init__(self, options: TimedMel) -> None:
        super().__init__()
        torchaudio = import_torchaudio()
        n_fft, length = options.n_fft(), options.window_length()
        self.mel = torchaudio.transforms.MelSpectrogram(
            sample_rate=options.sample_rate,
            n_fft=n_fft,
            win_length=length,
            hop_length=options.hop_length(),
            n_mels=options.n_mels,
            f_min=options.f_min,
            f_max=options.highest_hz(),
        )
        left = (n_fft - length) // 2
        window = nn.functional.pad(self.mel.spectrogram.window, (left, n_fft - length - left))
        self.mel_in_blocks = MelInBlocks(window, self.mel.mel_scale.fb, options.hop_length())

    def forward(self, waveform: Tensor) -> Tensor:
        if is_plain_on_cpu(waveform):
            power: Tensor = self.mel_in_blocks(waveform)
        else:
            power = self.mel(waveform)
        return power


class Mel(nn.Module):
    """waveform float32 [batch, samples] -> [batch, channels, mels, frames]."""

    def __init__(self, options: MelOptions) -> None:
        super().__init__()
        self.power = MelPower(options)
        self.frames, self.range_db, self.normalisations = options.frames, options.range_db, options.normalisations()
        self.register_buffer("cosines", cosines(options.tilt_terms, options.n_mels), persistent=False)

    def forward(self, waveform: Tensor) -> Tensor:
        # Half precision has too few digits for power spectra, so autocast around this module does not reach into it.
        with torch.autocast(waveform.device.type, enabled=False):
            levels = 10.0 * self.power(waveform).clamp(min=LEAST_POWER).log10()
            levels = (levels - levels.amax((1, 2), keepdim=True)).clamp(min=-self.range_db) / SCALE_DB
            channels = [self._normalised(levels, how) for how in self.normalisations]
            return torch.stack([fitted(channel, self.frames) for channel in channels], dim=1)

    def _normalised(self, levels: Tensor, how: str) -> Tensor:
        self.cosines: Tensor
        if how == "none":
            return levels
        if how in {"loud", "tilt"}:
            terms = self.cosines[:1] if how == "loud" else self.cosines
            return levels - tilt(levels, terms).unsqueeze(2) + QUIET_DB / SCALE_DB
        return levels - levels.mean((1, 2) if how == "clip" else 2, keepdim=True)


class Channels(nn.Module):
    """waveform float32 [batch, samples] -> the ``modules``' features, the channels of one after another's."""

    def __init__(self, modules: Sequence[nn.Module]) -> None:
        super().__init__()
        self.each = nn.ModuleList(modules)

    def forward(self, waveform: Tensor) -> Tensor:
        return torch.cat([module(waveform) for module in self.each], dim=1)


def tilt(levels: Tensor, cosines: Tensor) -> Tensor:
    """levels [batch, bands, frames] in units of 20 dB -> what ``cosines`` [terms, bands] hold of its loud frames' mean.

    [batch, bands].
    """
    loud = loud_frames(levels, SCALE_DB)
    mean = (levels * loud).sum(2) / loud.sum(2)
    slow: Tensor = mean @ cosines.t() @ cosines
    return slow


def cosines(terms: int, bands: int) -> Tensor:
    """The first rows of the orthonormal type II cosine transform, [terms, bands]: what low-order cepstra weigh with."""
    order = torch.arange(min(terms, bands), dtype=torch.float64).unsqueeze(1)
    rows = torch.cos(torch.pi / bands * order * (torch.arange(bands, dtype=torch.float64) + 0.5))
    orthonormal: Tensor = rows / rows.norm(dim=1, keepdim=True)
    return orthonormal.float()


class Pcen(nn.Module):
    """waveform float32 [batch, samples] -> [batch, 1, mels, frames]."""

    def __init__(self, options: PcenOptions) -> None:
        super().__init__()
        self.power = MelPower(options)
        self.options = options

    def forward(self, waveform: Tensor) -> Tensor:
        with torch.autocast(waveform.device.type, enabled=False):
            options, power = self.options, self.power(waveform)
            smooth = running_mean(power, options.smoothing)
            # Divided by exp(gain · log(eps + M)) as in the paper: a power of a small number keeps its digits.
            even = power * torch.exp(-options.gain * torch.log(options.eps + smooth))
            levels = (even + options.bias) ** options.root - options.bias**options.root
            return fitted(levels, options.frames).unsqueeze(1)


def running_mean(power: Tensor, smoothing: float) -> Tensor:
    """M[t] = (1 - smoothing) M[t - 1] + smoothing power[t] from M[0] = power[0], for [batch, bands, frames]."""
    frames = torch.arange(power.shape[-1], device=power.device, dtype=power.dtype)
    age = frames.unsqueeze(0) - frames.unsqueeze(1)  # of the frame in the row, seen from the column's
    weights = torch.where(age >= 0, (1.0 - smoothing) ** age.clamp(min=0.0), 0.0)
    # The first frame stands for all before it, too, which makes its own share 1 instead of ``smoothing``.
    first = (frames == 0).unsqueeze(1)
    return power @ torch.where(first, weights, smoothing * weights)
