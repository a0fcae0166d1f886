"""The torch modules behind `log-mel` and `mfcc`. Imported by their ``build`` only, since it imports torch.

Every step is plain tensor arithmetic without a branch on the data, so that ``torch.onnx.export(dynamo=True)`` takes the
modules with any number of clips and samples. On a CPU the spectrogram is worked out block by block instead, to the same
figures but for float32 rounding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from genrekit.torchaudio_guard import import_torchaudio
from genrekit_builtins._mel_blocks import MelInBlocks

if TYPE_CHECKING:
    from genrekit_builtins.mel_options import MelOptions

CONTRAST_FLOOR = 1e-3
"""In decibels: a clip whose values deviate less than this is silent, and what is left is rounding."""

LEAST_POWER = 1e-10
"""What is below counts as this much: -100 dB, as torchaudio's ``amplitude_to_DB`` has it."""


class LogMel(nn.Module):
    """waveform float32 [batch, samples] -> [batch, 1, mels, frames], mean 0 and deviation 1 over each clip."""

    def __init__(self, options: MelOptions) -> None:
        super().__init__()
        torchaudio = import_torchaudio()
        self.frames = options.frames
        self.mel = torchaudio.transforms.MelSpectrogram(
            sample_rate=options.sample_rate,
            n_fft=options.n_fft,
            hop_length=options.hop_length,
            n_mels=options.n_mels,
            f_min=options.f_min,
            f_max=options.highest_hz(),
        )
        self.mel_in_blocks = MelInBlocks(self.mel.spectrogram.window, self.mel.mel_scale.fb, options.hop_length)

    def forward(self, waveform: Tensor) -> Tensor:
        # Half precision has too few digits for power spectra, so autocast around this module does not reach into it.
        with torch.autocast(waveform.device.type, enabled=False):
            return fitted(normalised(self.spectrum(waveform)), self.frames).unsqueeze(1)

    def spectrum(self, waveform: Tensor) -> Tensor:
        """Power in decibels [batch, mels, frames], at least -100. No top_db: it would let clips of a batch interact."""
        if is_plain_on_cpu(waveform):
            levels: Tensor = self.mel_in_blocks(waveform).clamp_(min=LEAST_POWER).log10_().mul_(10.0)
        else:
            levels = 10.0 * self.mel(waveform).clamp(min=LEAST_POWER).log10()
        return levels


class Mfcc(LogMel):
    """waveform float32 [batch, samples] -> [batch, 1, coefficients, frames], normalised as `LogMel`."""

    dct: Tensor

    def __init__(self, options: MelOptions, n_mfcc: int) -> None:
        super().__init__(options)
        dct = import_torchaudio().functional.create_dct(n_mfcc, options.n_mels, norm="ortho")
        self.register_buffer("dct", dct)

    def spectrum(self, waveform: Tensor) -> Tensor:
        """Mel-frequency cepstral coefficients [batch, coefficients, frames]."""
        return torch.matmul(super().spectrum(waveform).transpose(1, 2), self.dct).transpose(1, 2)


def is_plain_on_cpu(waveform: Tensor) -> bool:
    """Whether nobody follows what is done with it: no gradients, no graph. Then it may be done in place, or branch."""
    traced = torch.jit.is_tracing()  # type: ignore[attr-defined, no-untyped-call]
    followed = traced or torch.compiler.is_compiling() or type(waveform) is not Tensor
    differentiated = torch.is_grad_enabled() and waveform.requires_grad
    return waveform.device.type == "cpu" and waveform.dtype == torch.float32 and not (followed or differentiated)


def normalised(clips: Tensor) -> Tensor:
    """Each clip's [bins, frames] minus their mean, divided by their (unbiased) standard deviation."""
    centred = clips - clips.mean((1, 2), keepdim=True)
    # torch's own deviation goes through the clip value by value, and takes as long as all of this.
    squares = centred.square().sum((1, 2), keepdim=True)
    deviation = (squares / (clips.shape[1] * clips.shape[2] - 1)).sqrt()
    # Divided by infinity a silent clip comes out as zeros, and every other clip exactly as without this line.
    return centred / torch.where(deviation > CONTRAST_FLOOR, deviation, torch.inf)


def fitted(clips: Tensor, frames: int) -> Tensor:
    """[batch, bins, any] -> [batch, bins, frames]: cropped or zero-padded at the end."""
    if is_plain_on_cpu(clips) and clips.shape[-1] >= frames:
        return clips[..., :frames]
    # Padding first and cropping always is what an exporter can follow; a branch on the length is not.
    return nn.functional.pad(clips, (0, frames))[..., :frames]
