"""What a clip of a style plays: times, pitches and levels, drawn by lot within the style."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from genrekit_builtins.synth_styles import Style, Voice

if TYPE_CHECKING:
    import numpy as np

MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
LEVELS = {"x": 1.0, "o": 0.45, ".": 0.0}
SLIP = 0.06
"""The chance that a hit is left out."""


@dataclass(frozen=True)
class Notes:
    """``onset_s``, ``hertz`` and ``level``, each [notes]."""

    onset_s: list[float]
    hertz: list[float]
    level: list[float]


@dataclass(frozen=True)
class Piece:
    """One clip's tempo, key (a MIDI note) and place in the music."""

    style: Style
    step_s: float
    key: int
    first_step: int
    seconds: float

    @classmethod
    def drawn(cls, style: Style, key: int, seconds: float, rng: np.random.Generator) -> Piece:
        """The tempo is uniform in the style's range; the clip begins anywhere in the progression."""
        step_s = 60 / rng.uniform(*style.bpm) / style.steps_per_beat
        steps = style.beats * style.steps_per_beat * len(style.progression)
        return cls(style, step_s, key, int(rng.integers(steps)), seconds)

    def hits(self, rhythm: str, rng: np.random.Generator) -> list[tuple[int, float, float]]:
        """(step, onset_s, level) of what a rhythm plays, a little uneven in level, with some hits left out."""
        count = int(self.seconds / self.step_s)
        levels = rng.uniform(0.7, 1.0, count) * (rng.random(count) >= SLIP)
        steps = range(self.first_step, self.first_step + count)
        hits = (
            (step, LEVELS[rhythm[step % len(rhythm)]] * float(level)) for step, level in zip(steps, levels, strict=True)
        )
        return [(step, (step - self.first_step) * self.step_s, level) for step, level in hits if level]

    def notes(self, voice: Voice, rng: np.random.Generator) -> Notes:
        """What one instrument plays."""
        notes = Notes([], [], [])
        degree = 0
        for number, (step, onset, level) in enumerate(self.hits(voice.rhythm, rng)):
            degree += int(rng.integers(-2, 3))
            for pitch in self._pitches(voice, step, number, degree):
                notes.onset_s.append(onset)
                notes.hertz.append(440.0 * 2 ** ((pitch - 69) / 12))
                notes.level.append(level)
        return notes

    def _pitches(self, voice: Voice, step: int, number: int, degree: int) -> list[int]:
        """MIDI notes. ``number`` counts the voice's hits, ``degree`` wanders over the scale."""
        bar = step // (self.style.beats * self.style.steps_per_beat)
        root = self.style.progression[bar % len(self.style.progression)]
        chord = {"root": [0], "chord": [0, 2, 4], "arpeggio": [(0, 2, 4, 7, 4, 2)[number % 6]]}
        chord |= {"fifth": [0, 4, 7], "walk": [(0, 2, 4, 5, 7)[degree % 5]], "melody": [degree % 10]}
        return [self._pitch(root + interval, voice.octave) for interval in chord[voice.plays]]

    def _pitch(self, degree: int, octave: int) -> int:
        scale = MINOR if self.style.minor else MAJOR
        octaves, place = divmod(degree, 7)
        return self.key + 12 * (octave + octaves) + scale[place]
