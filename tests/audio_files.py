"""Audio files with known samples, and why one cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from genrekit import audio
from genrekit.errors import AudioError, shown

RATE = 22050


def sine(hertz: float = 440.0, seconds: float = 1.0, rate: int = RATE, amplitude: float = 0.5) -> np.ndarray:
    """float32 [samples]"""
    time = np.arange(round(seconds * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def noise(samples: int) -> np.ndarray:
    """float32 [samples], within -1..1"""
    return np.random.default_rng(0).uniform(-0.5, 0.5, samples).astype(np.float32)


def write(path: Path, waveform: np.ndarray, rate: int = RATE, **options: Any) -> Path:
    soundfile.write(path, waveform, rate, **options)
    return path


def reason(path: Path | str, **stretch: Any) -> str:
    """Why a file cannot be read; the error names the file too."""
    with pytest.raises(AudioError) as caught:
        audio.read(path, **stretch)
    assert str(caught.value) == f"{shown(str(path))}: {caught.value.reason}"
    return caught.value.reason
