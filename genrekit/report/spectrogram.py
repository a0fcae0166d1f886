"""A spectrogram as a small picture: mel bands from below, time from the left, 80 dB from black to yellow."""

from __future__ import annotations

import base64
import io
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

WIDTH, HEIGHT = 480, 144
BANDS = 64
"""With more, the lowest would be narrower than what the transform tells apart."""
RANGE_DB = 80.0
TICKS_HZ = (125, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 64000)


def spectrogram(waveform: np.ndarray, rate: int) -> tuple[str, list[tuple[float, str]]]:
    """(data URI, ticks) of mono float32 [samples] at ``rate`` Hz; a tick is (share of the height, text)."""
    import matplotlib
    from PIL import Image

    colors = matplotlib.colormaps["magma"](levels(waveform, rate)[::-1], bytes=True)[..., :3]
    picture = Image.fromarray(colors.copy()).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)
    file = io.BytesIO()
    picture.save(file, format="WEBP", quality=70)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}", ticks(rate)


def levels(waveform: np.ndarray, rate: int) -> np.ndarray:
    """Mel band levels, [bands, frames] from 0 (80 dB below the loudest, or silent) to 1 (the loudest)."""
    import torch

    from genrekit.torchaudio_guard import import_torchaudio

    n_fft = 2 ** max(7, round(math.log2(0.046 * rate)))
    hop = max(1, len(waveform) // WIDTH)
    padded = torch.nn.functional.pad(torch.from_numpy(waveform), (0, max(0, n_fft - len(waveform))))
    bands = min(BANDS, n_fft // 8)
    mel = import_torchaudio().transforms.MelSpectrogram(rate, n_fft, hop_length=hop, n_mels=bands)
    power = mel(padded)
    decibels = 10 * (power / power.max().clamp(min=1e-10)).clamp(min=1e-10).log10()
    shares: np.ndarray = (1 + decibels / RANGE_DB).clamp(0, 1).numpy()
    return shares


def ticks(rate: int) -> list[tuple[float, str]]:
    """Where round frequencies lie on the mel scale up to half of ``rate``: (share of the height, text)."""
    top = _mel(rate / 2)
    places = [(_mel(hertz) / top, f"{hertz // 1000}k" if hertz >= 1000 else str(hertz)) for hertz in TICKS_HZ]
    return [(round(share, 3), text) for share, text in places if 0.12 < share < 0.97]


def _mel(hertz: float) -> float:
    """The HTK mel scale, which is torchaudio's default."""
    return 2595 * math.log10(1 + hertz / 700)
