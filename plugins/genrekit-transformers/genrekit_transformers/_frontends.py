"""From waveforms to what encoders take, in batches, as graphs can hold it. Imports torch.

transformers has the same as feature extractors, which work on one NumPy array after the other, outside any graph.
"""

from __future__ import annotations

import warnings

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from genrekit_transformers.families import FRAME, HOP, Ast, Encoder, Whisper

FFT = 512
"""Points of AST's Fourier transform: the next power of two above a frame."""


def frontend(encoder: Encoder) -> nn.Module:
    """A module: waveform float32 [batch, samples] -> [batch, bins, frames], or [batch, 1, samples]."""
    if isinstance(encoder, Ast):
        return FilterBank(encoder)
    return LogMel(encoder) if isinstance(encoder, Whisper) else UnitVariance(encoder)


class UnitVariance(nn.Module):
    """The waveform itself, minus its mean and divided by its deviation where the checkpoint was trained so."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.normalises = bool(encoder.preprocessor.get("do_normalize", True))

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        if self.normalises:
            mean = waveform.mean(dim=1, keepdim=True)
            variance = (waveform - mean).square().mean(dim=1, keepdim=True)
            waveform = (waveform - mean) / (variance + 1e-7).sqrt()
        return waveform[:, None]


class Powers(nn.Module):
    """Power spectra of frames: waveform [batch, samples] -> [batch, bins, frames].

    Whatever is linear in a frame (its mean taken off, pre-emphasis, window, Fourier transform) is one matrix, and so
    all of it one convolution: ``transform`` complex [frame, bins].
    """

    def __init__(self, transform: np.ndarray) -> None:
        super().__init__()
        both = np.concatenate([transform.real, transform.imag], axis=1).T
        self.register_buffer("kernel", torch.from_numpy(both[:, None].astype(np.float32)), persistent=False)

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        spectrum = functional.conv1d(waveform[:, None], self.get_buffer("kernel"), stride=HOP)
        real, imaginary = spectrum.chunk(2, dim=1)
        return real.square() + imaginary.square()


def fourier(points: int) -> np.ndarray:
    """complex128 [frame, points // 2 + 1], frames zero-padded to ``points``."""
    return np.fft.rfft(np.eye(FRAME), points, axis=1)


def kaldi_transform() -> np.ndarray:
    """Kaldi's: the frame's mean off, pre-emphasis of 0.97 (of a first sample that repeats), Hann window."""
    centred = np.eye(FRAME) - 1 / FRAME
    emphasis = np.eye(FRAME) - 0.97 * np.eye(FRAME, k=1)
    emphasis[0, 0] -= 0.97
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / (FRAME - 1))
    transform: np.ndarray = centred @ emphasis @ np.diag(window) @ fourier(FFT)
    return transform


def whisper_transform() -> np.ndarray:
    """Whisper's: a periodic Hann window."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)
    transform: np.ndarray = np.diag(window) @ fourier(FRAME)
    return transform


class FilterBank(nn.Module):
    """AST's input, as torchaudio's port of Kaldi computes it: log filter bank energies, zero-padded, normalised."""

    def __init__(self, encoder: Ast) -> None:
        super().__init__()
        from transformers.audio_utils import mel_filter_bank

        said, bins = encoder.preprocessor, encoder.option("num_mel_bins")
        rate = encoder.sample_rate
        with warnings.catch_warnings():
            # Of AST's 128 bands a few are narrower than the distance of two bins. It was trained so.
            warnings.simplefilter("ignore", UserWarning)
            filters = mel_filter_bank(
                FFT // 2 + 1, bins, 20, rate // 2, rate, norm=None, mel_scale="kaldi", triangularize_in_mel_space=True
            )
        self.powers, self.frames = Powers(kaldi_transform()), int(encoder.option("max_length"))
        self.register_buffer("filters", torch.from_numpy(filters.T.astype(np.float32)), persistent=False)
        normalises = bool(said.get("do_normalize", True))
        self.mean = float(said.get("mean", -4.2677393)) if normalises else 0.0
        self.scale = 2 * float(said.get("std", 4.5689974)) if normalises else 1.0

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        energies = self.get_buffer("filters") @ self.powers(waveform)
        logs = energies.clamp(min=torch.finfo(torch.float32).eps).log()
        return (fitted(logs, self.frames) - self.mean) / self.scale


class LogMel(nn.Module):
    """Whisper's input: log-mel energies of the zero-padded waveform, at most 80 dB below their maximum."""

    def __init__(self, encoder: Whisper) -> None:
        super().__init__()
        from transformers.audio_utils import mel_filter_bank

        bins, rate = encoder.option("num_mel_bins"), encoder.sample_rate
        filters = mel_filter_bank(1 + FRAME // 2, bins, 0.0, 8000.0, rate, norm="slaney", mel_scale="slaney")
        self.powers, self.samples = Powers(whisper_transform()), encoder.most_samples
        self.register_buffer("filters", torch.from_numpy(filters.T.astype(np.float32)), persistent=False)

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        edge = FRAME // 2
        padded = functional.pad(fitted(waveform, self.samples)[:, None], (edge, edge), mode="reflect")[:, 0]
        energies = self.get_buffer("filters") @ self.powers(padded)[..., :-1]
        logs = energies.clamp(min=1e-10).log10()
        return (torch.maximum(logs, logs.amax(dim=(1, 2), keepdim=True) - 8) + 4) / 4


def fitted(values: torch.Tensor, size: int) -> torch.Tensor:
    """``values`` [..., n], zero-padded or cropped to [..., size]; graphs need not know n."""
    return torch.cat([values, values.new_zeros(*values.shape[:-1], size)], dim=-1)[..., :size]
