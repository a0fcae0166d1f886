"""What is wrong with single clips."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from genrekit.auditing.examination import Facts
from genrekit.auditing.findings import Finding, Level, plural, says
from genrekit.auditing.material import Material
from genrekit.silence import SILENCE_PEAK

CLIPPED = 0.001
"""A share of clipped samples that is heard."""

PADDED = 0.25
"""A share of digital silence that is worth a warning."""

OFFSET = 0.01
"""A mean of the samples, of full scale, that shows in spectrograms."""

TOO_SHORT_S = 0.1
"""What is too short where no recipe says how long a window is."""


def check_clips(material: Material) -> Iterator[Finding]:
    """Findings on single clips."""
    bad = [one for one in material.facts if one.reason]
    cut = [one for one in bad if (one.reason or "").startswith("truncated")]
    yield from _reasons(
        material,
        "unreadable",
        [one for one in bad if one not in cut],
        "cannot be read",
        "fetch these files again or leave them out; a run quarantines them, so they count for nothing",
    )
    yield from _reasons(
        material,
        "truncated",
        cut,
        f"{says(len(cut), 'end')} before the header says",
        "fetch these files again; to use what is there, write it anew: ffmpeg -i OLD NEW",
    )
    yield from _signal(material)
    yield from _short(material)


def _reasons(material: Material, check: str, bad: list[Facts], what: str, hint: str) -> Iterator[Finding]:
    if bad:
        lines = tuple(f"{material.names[one.row]}: {one.reason}" for one in bad)
        title = f"{plural(len(bad), 'clip')} {what}"
        yield Finding(check, "serious", title, hint, lines, tuple(one.row for one in bad))


def _signal(material: Material) -> Iterator[Finding]:
    sounding = [one for one in material.usable if one.mix_peak >= SILENCE_PEAK]
    yield from _finding(
        material,
        "silent",
        "serious",
        [one for one in material.usable if one.peak < SILENCE_PEAK],
        f"silent: no sample reaches {SILENCE_PEAK:g} of full scale",
        "leave these files out: their label is all that could be learnt, and there is nothing to tell it by",
        lambda one: f"peak {one.peak:.1g}, {one.duration_s:.2f} s",
    )
    yield from _channels(material, sounding)
    yield from _finding(
        material,
        "clipped",
        "warning",
        [one for one in sounding if one.clipped > CLIPPED],
        f"clipped: more than {CLIPPED:.1%} of the samples of a channel are flat at the peak",
        "take a less loud copy if there is one; clipping cannot be undone, and a model can learn it",
        lambda one: f"{one.clipped:.2%} of the samples",
    )
    yield from _finding(
        material,
        "digital-silence",
        "warning",
        [one for one in sounding if one.silent > PADDED],
        f"more than {PADDED:.0%} digital silence",
        "cut it off, or see that all classes are padded alike: how long a sound is may give the label away",
        lambda one: f"{one.silent:.0%} of {one.duration_s:.2f} s",
        "hold",
    )
    yield from _finding(
        material,
        "dc-offset",
        "note",
        [one for one in sounding if abs(one.offset) > max(OFFSET, 0.1 * one.level)],
        f"off centre: the mean is beyond {OFFSET:g} of full scale (DC offset)",
        "harmless to log-mel features from 20 Hz up; to a model of waveforms it may tell the recorder",
        lambda one: f"mean {one.offset:+.3f}",
    )


def _channels(material: Material, sounding: list[Facts]) -> Iterator[Finding]:
    """What averaging the channels does to a clip."""
    yield from _finding(
        material,
        "cancelling-channels",
        "serious",
        [one for one in material.usable if one.mix_peak < SILENCE_PEAK <= one.peak],
        "silent once the channels are averaged, which is what a model hears: one channel is the other, upside down",
        "keep one channel: ffmpeg -i OLD -af pan=mono|c0=c0 NEW",
        lambda one: f"peak {one.peak:.2g} in a channel, {one.mix_peak:.1g} in the mean of {one.channels}",
    )
    yield from _finding(
        material,
        "dead-channel",
        "note",
        [one for one in sounding if one.dead],
        "silent in a channel: averaged with it, the others are that much quieter",
        "look whether a class has more of them than others: a model can learn the recorder; else leave them",
        lambda one: f"{one.dead} of {one.channels} channels",
        "are",
    )


def _short(material: Material) -> Iterator[Finding]:
    window_s = material.window_s
    if window_s is None:
        few, than = TOO_SHORT_S, f"shorter than {TOO_SHORT_S:g} s"
    else:
        few, than = 0.05 * window_s, f"shorter than a twentieth of the recipe's window of {window_s:.3g} s"
    tiny = [one for one in material.usable if one.duration_s < few]
    hint = "leave them out, or choose a shorter window"
    yield from _finding(
        material, "too-short", "warning", tiny, than, hint, lambda one: f"{one.duration_s:.3f} s, the rest is padding"
    )
    if window_s is not None:
        half = [one for one in material.usable if few <= one.duration_s < 0.5 * window_s]
        than = f"shorter than half of the recipe's window of {window_s:.3g} s"
        hint = "more than half of what the model sees of them is padding; a shorter window makes training faster, too"
        yield from _finding(material, "short", "note", half, than, hint, lambda one: f"{one.duration_s:.2f} s")


def _finding(
    material: Material,
    check: str,
    level: Level,
    found: list[Facts],
    what: str,
    hint: str,
    tell: Callable[[Facts], str],
    verb: str = "are",
) -> Iterator[Finding]:
    if found:
        title = f"{plural(len(found), 'clip')} {says(len(found), verb)} {what}"
        lines = tuple(f"{material.names[one.row]}: {tell(one)}" for one in found)
        yield Finding(check, level, title, hint, lines, tuple(one.row for one in found))
