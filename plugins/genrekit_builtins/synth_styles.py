"""The ten styles of the `synth` data set, as data.

None is meant to be a genre; each has its own mix of metre, rhythm, register, timbre and harmony, and tempi overlap.
Rhythms are written over one bar, a character for each step: ``x`` is a hit, ``o`` a soft one, ``.`` none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Voice:
    """One pitched instrument and what it plays.

    Harmonic h of its wave has amplitude h^-rolloff (only odd ones with ``hollow``); ``fm`` is (ratio, index) of
    frequency modulation, ``vibrato`` in cents, ``gate`` the length of a note in steps.
    """

    rhythm: str
    plays: Literal["root", "fifth", "chord", "arpeggio", "melody", "walk"]
    octave: int
    level: float = 1.0
    rolloff: float = 1.5
    hollow: bool = False
    fm: tuple[float, float] = (1.0, 0.0)
    attack_s: float = 0.005
    decay_s: float = 0.5
    gate: float = 2.0
    vibrato: float = 0.0


@dataclass(frozen=True)
class Style:
    """``bpm`` is the range of tempi; ``drums`` holds rhythms of kick, snare and hat."""

    name: str
    bpm: tuple[float, float]
    voices: tuple[Voice, ...]
    drums: dict[str, str] = field(default_factory=dict)
    beats: int = 4
    steps_per_beat: int = 4
    progression: tuple[int, ...] = (0, 3, 4, 0)
    minor: bool = False
    drive: float = 0.0
    echo: float = 0.0


STYLES = (
    Style(
        "ambient",
        (60, 95),
        (
            Voice("x...............", "chord", 4, 1.0, 2.2, attack_s=0.7, decay_s=6.0, gate=18, vibrato=12),
            Voice("x...............", "root", 2, 0.6, 2.5, attack_s=0.5, decay_s=6.0, gate=18),
        ),
        progression=(0, 5, 3, 4),
        echo=0.3,
    ),
    Style(
        "arpeggio",
        (95, 140),
        (
            Voice("xxxxxxxxxxxxxxxx", "arpeggio", 4, 1.0, 1.1, decay_s=0.12, gate=3),
            Voice("x.......x.......", "root", 2, 0.7, 1.6, decay_s=0.5, gate=7),
        ),
        {"kick": "x.......x......."},
        minor=True,
        progression=(0, 5, 2, 4),
    ),
    Style(
        "bells",
        (70, 115),
        (Voice("x..x..x...x.x...", "melody", 5, 1.0, 3.0, fm=(3.53, 3.0), attack_s=0.002, decay_s=0.9, gate=14),),
        progression=(0, 3),
        echo=0.2,
    ),
    Style(
        "chiptune",
        (110, 160),
        (
            Voice("xx.xx.xxxx.xx.xx", "melody", 5, 0.8, 1.0, hollow=True, decay_s=3.0, gate=0.8),
            Voice("x.x.x.x.x.x.x.x.", "root", 3, 0.8, 1.0, hollow=True, decay_s=3.0, gate=1.0),
        ),
        {"snare": "....o.......o...", "hat": "..o...o...o...o."},
    ),
    Style(
        "dub",
        (65, 100),
        (
            Voice("x..x....x.x.....", "walk", 1, 1.6, 3.0, decay_s=0.5, gate=4),
            Voice("....x.......x...", "chord", 4, 0.7, 1.3, hollow=True, decay_s=0.06, gate=2),
        ),
        {"kick": "........x.......", "hat": "x.o.x.o.x.o.x.o."},
        minor=True,
        progression=(0, 0, 3, 3),
        echo=0.5,
    ),
    Style(
        "march",
        (95, 130),
        (
            Voice("x...x.x.x...x...", "chord", 4, 0.9, 0.8, attack_s=0.03, decay_s=0.6, gate=3),
            Voice("x...x...x...x...", "fifth", 2, 0.7, 0.9, attack_s=0.02, decay_s=0.4, gate=3),
        ),
        {"kick": "x.......x.......", "snare": "x.xxx.oox.xxxoxo"},
        progression=(0, 4, 0, 4),
    ),
    Style(
        "overdrive",
        (100, 160),
        (
            Voice("x.x.x.xxx.x.x.xx", "fifth", 3, 1.2, 0.9, decay_s=0.8, gate=2),
            Voice("x.x.x.x.x.x.x.x.", "root", 2, 0.8, 1.0, decay_s=0.5, gate=2),
        ),
        {"kick": "x.....x.x.......", "snare": "....x.......x...", "hat": "x.x.x.x.x.x.x.x."},
        minor=True,
        progression=(0, 5, 6, 4),
        drive=6.0,
    ),
    Style(
        "swing",
        (100, 165),
        (
            Voice("x..x..x..x..", "walk", 2, 1.3, 2.0, decay_s=0.35, gate=3),
            Voice("..x.....x...", "chord", 4, 0.6, 1.8, decay_s=0.18, gate=2),
        ),
        {"hat": "x..x.xx..x.x", "snare": ".....o.....o"},
        steps_per_beat=3,
        progression=(1, 4, 0, 5),
    ),
    Style(
        "techno",
        (110, 145),
        (Voice("..xx..xx..xx..xx", "root", 2, 0.9, 1.0, decay_s=0.09, gate=1.5),),
        {"kick": "x...x...x...x...", "hat": "..x...x...x...x.", "snare": "....o.......o..."},
        minor=True,
        progression=(0, 0, 0, 5),
        drive=1.5,
    ),
    Style(
        "waltz",
        (90, 160),
        (
            Voice("x...........", "root", 2, 1.2, 1.6, attack_s=0.02, decay_s=0.6, gate=4),
            Voice("....x...x...", "chord", 4, 0.7, 1.4, attack_s=0.04, decay_s=0.3, gate=3),
            Voice("x.......x.x.", "melody", 5, 0.8, 1.4, attack_s=0.06, decay_s=1.5, gate=5, vibrato=25),
        ),
        beats=3,
        progression=(0, 4, 4, 0),
    ),
)
