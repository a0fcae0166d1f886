"""The mel power spectrogram on a CPU, some frames at a time, so that nothing leaves the processor's cache.

The same arithmetic as torchaudio's ``MelSpectrogram``. That one passes over tensors of tens of megabytes, takes a
square root only to square it again, and multiplies with a filter bank that is nearly all zeros.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor, nn

from genrekit_builtins._banded_filters import BandedFilters
from genrekit_builtins.torch_held import HELD

BLOCK_SAMPLES = 2**19
"""About how many samples are windowed at once: 2 MiB, and their spectrum another. On a core with 2 MiB of second-level
cache half as many take a tenth longer, since each call has its price; a whole clip at once nearly three times."""


class MelInBlocks(nn.Module):
    """waveform float32 [batch, samples] -> mel power [batch, mels, frames]; for a CPU, without gradients.

    ``window`` [n_fft] and ``filters`` [bins, mels] are a ``MelSpectrogram``'s. Frames are centred, edges reflected.
    Nothing in it changes, so threads may share it; a clip takes about 5 MB to work in, whatever its length.
    """

    def __init__(self, window: Tensor, filters: Tensor, hop_length: int) -> None:
        super().__init__()
        # Not buffers: a state dict holds torchaudio's, which these are made from.
        self.window, self.filters = window.clone(), BandedFilters(filters)
        self.n_fft, self.hop_length, self.n_mels = len(window), hop_length, filters.shape[1]

    def forward(self, waveform: Tensor) -> Tensor:
        if waveform.shape[1] <= self.n_fft // 2:
            raise ValueError(f"{waveform.shape[1]} samples are too few to be reflected in windows of {self.n_fft}")
        waveform, threads = waveform.detach(), torch.get_num_threads()
        out = torch.empty(len(waveform), self.n_mels, self.count(waveform.shape[1]))
        if threads == 1:
            for clip, power in zip(waveform, out, strict=True):
                self.fill(clip, power)
        else:
            self._fill_in_threads(waveform, out, threads)
        return out

    def count(self, samples: int) -> int:
        """The number of frames."""
        return 1 + (samples - self.n_fft % 2) // self.hop_length

    def _fill_in_threads(self, waveform: Tensor, out: Tensor, threads: int) -> None:
        """A thread for a clip, not torch's for each of many small steps: those wait for one another at every step."""
        inference = torch.is_inference_mode_enabled()

        def fill(clip: Tensor, power: Tensor) -> None:
            with torch.inference_mode(inference):
                self.fill(clip, power)

        HELD.take()
        try:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(fill, waveform, out))
        finally:
            HELD.give_back()

    def fill(self, clip: Tensor, power: Tensor) -> None:
        """Write ``power`` [mels, frames] of one clip [samples]."""
        count = power.shape[1]
        size = -(-count // max(1, round(count * self.n_fft / BLOCK_SAMPLES)))
        scratch = torch.empty(size, self.n_fft)
        for first in range(0, count, size):
            frames = self.frames(clip, first, min(size, count - first))
            windowed = torch.mul(frames, self.window, out=scratch[: len(frames)])
            values = torch.view_as_real(torch.fft.rfft(windowed)).flatten(1)
            self.filters(values.square_().t(), power[:, first : first + size])

    def frames(self, clip: Tensor, first: int, count: int) -> Tensor:
        """[count, n_fft] of ``clip`` [samples]: a view of it, but for blocks that reach over an edge."""
        half = self.n_fft // 2
        start = first * self.hop_length - half
        end = start + (count - 1) * self.hop_length + self.n_fft
        left, right = max(0, -start), max(0, end - len(clip))
        if left or right:
            # Not torch's padding, which takes several times as long over so many samples.
            before, after = clip[1 : left + 1].flip(0), clip[len(clip) - 1 - right : -1].flip(0)
            clip, start = torch.cat([before, clip[max(0, start) : end], after]), 0
        return clip[start:].unfold(0, self.n_fft, self.hop_length)[:count]
