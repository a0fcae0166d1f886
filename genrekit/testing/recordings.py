"""Sounds to try components on: ordinary ones, extreme ones, and small files of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

CLASSES = {"low": 300, "middle": 900, "high": 2000}
"""Label -> frequency in Hz."""


def write_tones(folder: Path, per_class: int = 4, seconds: float = 0.75, sample_rate: int = 8000) -> Path:
    """Noisy sines, ``folder/low/0.wav`` … in three class folders; returns ``folder``. For `Dataset.example`."""
    import numpy as np
    import soundfile

    rng = np.random.default_rng(0)
    time_s = np.arange(round(sample_rate * seconds)) / sample_rate
    for label, frequency in CLASSES.items():
        (folder / label).mkdir(parents=True, exist_ok=True)
        for index in range(per_class):
            tone = 0.3 * np.sin(2 * np.pi * frequency * (1 + 0.02 * rng.normal()) * time_s)
            waveform = (tone + 0.05 * rng.normal(size=len(time_s))).astype(np.float32)
            soundfile.write(folder / label / f"{index}.wav", waveform, sample_rate, subtype="FLOAT")
    return folder


def noise(clips: int, samples: int, seed: int = 0) -> np.ndarray:
    """Quiet noise with a slow swell, float32 [clips, samples]: no two stretches alike."""
    import numpy as np

    rng = np.random.default_rng(seed)
    swell = 0.2 + 0.8 * np.abs(np.sin(np.arange(samples) / 997))
    return (0.1 * rng.normal(size=(clips, samples)) * swell).astype(np.float32).clip(-1, 1)


def extremes(samples: int) -> dict[str, np.ndarray]:
    """What real recordings sometimes are, each float32 [samples] in -1..1."""
    import numpy as np

    impulse = np.zeros(samples, np.float32)
    impulse[samples // 2] = 1
    return {
        "silence": np.zeros(samples, np.float32),
        "a constant": np.full(samples, 0.5, np.float32),
        "one sample that is not silent": impulse,
        "full scale, every sample of another sign": np.where(np.arange(samples) % 2, -1, 1).astype(np.float32),
        "noise at -140 dB": (1e-7 * noise(1, samples)[0] * 10).astype(np.float32),
    }
