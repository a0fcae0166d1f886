"""Sounds whose truth is known: different draws of the same kind of sound, and copies of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

RATE = 22050


def music(seed: int, seconds: float = 6.0, rate: int = RATE) -> np.ndarray:
    """Notes of one scale with harmonics and decay, over a little noise: all draws resemble each other."""
    rng = np.random.default_rng(seed)
    out = 0.003 * rng.normal(size=round(seconds * rate))
    for begin in np.cumsum(rng.choice([0.125, 0.25, 0.375], size=round(4 * seconds))):
        time_s = np.arange(round(0.6 * rate)) / rate
        pitch = 220 * 2 ** (rng.choice([0, 2, 4, 7, 9, 12, 14]) / 12)
        phases = rng.uniform(0, 2 * np.pi, 6)
        note = sum(np.sin(2 * np.pi * pitch * (k + 1) * time_s + phases[k]) / (k + 1) for k in range(6))
        at = round(begin * rate)
        part = out[at : at + len(time_s)]
        part += (0.1 * note * np.exp(-6 * time_s))[: len(part)]
    return out.astype(np.float32)


def noise(seed: int, seconds: float = 4.0, rate: int = RATE) -> np.ndarray:
    """Rain: white noise."""
    return (0.1 * np.random.default_rng(seed).normal(size=round(seconds * rate))).astype(np.float32)


def tone(seed: int, seconds: float = 3.0, rate: int = RATE) -> np.ndarray:
    """The same note for all seeds, in other noise."""
    time_s = np.arange(round(seconds * rate)) / rate
    return (
        0.3 * np.sin(2 * np.pi * 440 * time_s) + 0.01 * np.random.default_rng(seed).normal(size=len(time_s))
    ).astype(np.float32)


def word(seed: int, seconds: float = 0.45, rate: int = 8000) -> np.ndarray:
    """Something like a spoken digit: a gliding buzz through two formants, then a hiss."""
    rng = np.random.default_rng(seed)
    count = round(seconds * rate)
    pitch = 110 * (1 + 0.05 * rng.normal()) * np.linspace(1.1, 0.9, count)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    buzz = sum(np.sin(k * phase) / (1 + abs(k - 5) * abs(k - 14) / 8) for k in range(1, 30))
    hiss = rng.normal(size=count) * np.linspace(0.02, 0.3, count)
    return (0.1 * buzz * np.hanning(count) + 0.1 * hiss).astype(np.float32)


def write(path: Path, waveform: np.ndarray, rate: int = RATE, **options: object) -> Path:
    """A file of what its suffix says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, waveform, rate, **options)
    return path


def mp3(path: Path, waveform: np.ndarray, rate: int = RATE, level: float = 0.6) -> Path:
    """An MP3; at 22,050 Hz the level 0 is 160 kbit/s, 0.6 is 64 and 0.9 is 24."""
    return write(
        path, waveform, rate, format="MP3", subtype="MPEG_LAYER_III", bitrate_mode="CONSTANT", compression_level=level
    )
