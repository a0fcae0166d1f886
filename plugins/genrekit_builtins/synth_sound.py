"""From notes to sound: wavetable and frequency-modulation voices, drums made of noise, echo, overdrive, room noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit_builtins.synth_score import Notes, Piece
from genrekit_builtins.synth_styles import Style, Voice

if TYPE_CHECKING:
    import numpy as np

TABLE = 2048


@dataclass(frozen=True)
class Artist:
    """What an artist's clips share: tuning in cents, the instruments' brightness, the drums' size, a favourite key."""

    cents: float
    brightness: float
    drum_size: float
    key: int

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Artist:
        """Small differences: they must not outweigh the style."""
        key = int(rng.integers(0, 12))
        return cls(float(rng.uniform(-30, 30)), float(rng.uniform(-0.2, 0.2)), float(rng.uniform(0.8, 1.25)), key)


def clip_waveform(
    style: Style, artist: Artist, seconds: float, sample_rate: int, rng: np.random.Generator
) -> np.ndarray:
    """One clip, float32 [samples] in -1..1. Its level is drawn apart from its style."""
    import numpy as np

    key = (artist.key + int(rng.choice([-2, 0, 0, 3]))) % 12
    piece = Piece.drawn(style, key, seconds, rng)
    music = np.zeros(round(seconds * sample_rate))
    for voice in style.voices:
        _add_voice(music, voice, piece, artist, sample_rate, rng)
    _add_drums(music, piece, artist, sample_rate, rng)
    if style.drive:
        music = np.tanh(music * style.drive) / np.tanh(style.drive)
    if style.echo:
        _echo(music, style.echo, round(3 * piece.step_s * sample_rate))
    return _mastered(music, rng)


def _add_voice(
    music: np.ndarray, voice: Voice, piece: Piece, artist: Artist, sample_rate: int, rng: np.random.Generator
) -> None:
    import numpy as np

    notes = piece.notes(voice, rng)
    if not notes.hertz:
        return
    hertz = np.array(notes.hertz)[:, None] * 2 ** (artist.cents / 1200)
    time_s = np.arange(min(len(music), round((voice.gate * piece.step_s + 0.02) * sample_rate))) / sample_rate
    phase = hertz * time_s
    if voice.vibrato:
        phase += hertz * (voice.vibrato * 0.00058 / 35) * np.sin(2 * np.pi * rng.uniform(4.5, 6.5) * time_s)
    ratio, index = voice.fm
    if index:
        phase += index / (2 * np.pi) * np.exp(-3 * time_s) * np.sin(2 * np.pi * ratio * phase)
    rolloff = voice.rolloff * (1 - artist.brightness) * rng.uniform(0.9, 1.1)
    table = _wavetable(rolloff, voice.hollow, int(0.45 * sample_rate / hertz.max()))
    sound = table[(phase * TABLE).astype(np.int64) & (TABLE - 1)] * _envelope(time_s, voice)
    _add(music, notes, sound * voice.level, sample_rate)


def _wavetable(rolloff: float, hollow: bool, harmonics: int) -> np.ndarray:
    """One period [TABLE] of unit power, with no harmonic beyond the Nyquist frequency."""
    import numpy as np

    spectrum = np.zeros(TABLE // 2 + 1, complex)
    numbers = np.arange(1, max(1, min(harmonics, 40)) + 1, 2 if hollow else 1)
    spectrum[numbers] = -1j * numbers**-rolloff
    wave: np.ndarray = np.fft.irfft(spectrum)
    return wave / _rms(wave)


def _envelope(time_s: np.ndarray, voice: Voice) -> np.ndarray:
    import numpy as np

    release = np.minimum(1.0, (time_s[-1] - time_s) / 0.02)
    shape: np.ndarray = np.minimum(1.0, time_s / voice.attack_s) * np.exp(-time_s / voice.decay_s) * release
    return shape


def _add(music: np.ndarray, notes: Notes, sound: np.ndarray, sample_rate: int) -> None:
    """Add each row of ``sound`` at its note's onset."""
    for onset, level, row in zip(notes.onset_s, notes.level, sound, strict=True):
        start = round(onset * sample_rate)
        room = music[start : start + len(row)]
        room += level * row[: len(room)]


def _add_drums(music: np.ndarray, piece: Piece, artist: Artist, sample_rate: int, rng: np.random.Generator) -> None:
    import numpy as np

    for name, rhythm in piece.style.drums.items():
        hits = piece.hits(rhythm, rng)
        drum = _drum(name, artist.drum_size * rng.uniform(0.9, 1.1), sample_rate, rng)
        onsets, levels = [onset for _, onset, _ in hits], [level for *_, level in hits]
        _add(music, Notes(onsets, [], levels), np.broadcast_to(drum, (len(hits), len(drum))), sample_rate)


def _drum(name: str, size: float, sample_rate: int, rng: np.random.Generator) -> np.ndarray:
    import numpy as np

    time_s = np.arange(round(0.25 * sample_rate)) / sample_rate
    noise = rng.standard_normal(len(time_s))
    if name == "kick":
        glide = 50 / size * time_s + 6 * (1 - np.exp(-time_s / 0.03)) / size
        return 3.0 * np.sin(2 * np.pi * glide) * np.exp(-time_s / (0.09 * size))
    if name == "snare":
        return (0.9 * noise + np.sin(2 * np.pi * 190 / size * time_s)) * np.exp(-time_s / (0.05 * size))
    # Differencing twice leaves the treble, which is what a hi-hat is.
    bright = np.diff(noise, 2, prepend=[0.0, 0.0])
    return 0.35 * bright * np.exp(-time_s / (0.03 * size))


def _echo(music: np.ndarray, amount: float, delay: int) -> None:
    for start in range(delay, len(music), delay):
        room = music[start : start + delay]
        room += amount * music[start - delay : start - delay + len(room)]


def _mastered(music: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another microphone (spectral tilt), another room (noise), another level for each clip."""
    import numpy as np

    octaves = np.log2(np.arange(len(music) // 2 + 1) + 1.0)
    spectrum = np.fft.rfft(music) * 2.0 ** (octaves * rng.uniform(-0.25, 0.25))
    hiss = rng.standard_normal((2, len(spectrum))) * 2.0 ** (-octaves * rng.uniform(0.0, 0.5))
    noise = np.fft.irfft(hiss[0] + 1j * hiss[1], len(music))
    music = np.fft.irfft(spectrum, len(music))
    music = music / _rms(music) + noise / _rms(noise) * 10 ** (rng.uniform(-40, -15) / 20)
    level = 10 ** (rng.uniform(-30, -20) / 20)
    # A limiter, for the few peaks that stick out.
    return np.tanh(music / _rms(music) * level).astype(np.float32)


def _rms(waveform: np.ndarray) -> float:
    import numpy as np

    return float(np.sqrt(np.mean(waveform**2))) + 1e-9
