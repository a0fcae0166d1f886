"""What is wrong with the data set as a whole: groups on both sides, classes of one group, imbalance, shortcuts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from genrekit.auditing.findings import Finding, Level, plural, says
from genrekit.auditing.material import Material
from genrekit.auditing.shortcuts import Shortcut, shortcuts

LOPSIDED = 3.0
"""The largest class is so many times the smallest: worth a note."""

VERY_LOPSIDED = 10.0

TELLING = 0.8
"""Cramér's V from which on a property all but tells the label."""

REMEDIES = {
    "sample rate": "resampling does not hide it: what was recorded at a low rate has nothing above half of it; "
    "choose features.sample_rate no higher than the lowest rate here",
    "number of channels": "mixing to mono mostly hides it; get all classes from one kind of source where you can",
    "file format": "lossy codecs cut high frequencies; write all files anew with one codec, the lossy one",
    "bandwidth": "nothing brings back what was cut off: let the model hear none of it, with features.f_max, or half of "
    "features.sample_rate, at {lowest:.0f} Hz, where the first clip ends; or leave out the clips that end lowest",
    "duration": "cut all clips to one length, or use a window no longer than the shortest; padding tells the length",
    "digital silence": "cut silence off at both ends of all clips",
    "clipping": "get less loud copies; turning the volume down does not undo it",
}


def check_set(material: Material) -> Iterator[Finding]:
    """Findings on the whole."""
    yield from _divided_groups(material)
    yield from _lone_groups(material)
    yield from _imbalance(material)
    facts = material.usable
    for one in shortcuts(facts, [material.labels[fact.row] for fact in facts], material.heard_hz):
        yield _shortcut(one, min((fact.highest_hz for fact in facts if fact.highest_hz), default=math.inf))


def _divided_groups(material: Material) -> Iterator[Finding]:
    sides: dict[str, Counter[str]] = {}
    for group, part in zip(material.groups, material.parts, strict=True):
        if group is not None and part is not None:
            sides.setdefault(group, Counter())[part] += 1
    divided = {group: parts for group, parts in sides.items() if len(parts) > 1}
    if not divided:
        return
    rows = tuple(
        row
        for row, (group, part) in enumerate(zip(material.groups, material.parts, strict=True))
        if part is not None and group in divided
    )
    lines = tuple(
        f"{group}: {', '.join(f'{count} {part}' for part, count in sorted(parts.items()))}"
        for group, parts in sorted(divided.items(), key=lambda item: (-item[1].total(), item[0]))
    )
    title = f"{plural(len(divided), 'group')} with {plural(len(rows), 'clip')} {says(len(divided), 'are')}"
    why = "a model that recognises the group (artist, speaker, site …) looks better than it is"
    hint = "let the splitter keep groups whole, or hold out whole groups; a run's leak meter says what it matters"
    yield Finding("groups-across-parts", "serious", f"{title} on both sides of the split", hint, lines, rows, why)


def _lone_groups(material: Material) -> Iterator[Finding]:
    groups: dict[str, Counter[str | None]] = {}
    for labels, group in zip(material.clips.column("labels"), material.groups, strict=True):
        for label in labels:
            groups.setdefault(label, Counter())[group] += 1
    alone = {
        label: next(iter(held))
        for label, held in sorted(groups.items())
        if len(held) == 1 and held.total() > 1 and None not in held
    }
    if alone:
        title = f"{plural(len(alone), 'class')} {says(len(alone), 'come')} from one group only"
        why = "the class and the group are one thing to a model; no split can tell which of them it has learnt"
        lines = tuple(f"{label}: all of {group}" for label, group in alone.items())
        yield Finding("one-group-classes", "warning", title, "add clips of other groups", lines, why=why)


def _imbalance(material: Material) -> Iterator[Finding]:
    counts = Counter(label for labels in material.clips.column("labels") for label in labels).most_common()
    if len(counts) < 2 or counts[0][1] < LOPSIDED * counts[-1][1]:
        return
    ratio = counts[0][1] / counts[-1][1]
    title = f"the largest class has {ratio:.3g} times the clips of the smallest"
    hint = "report macro F1 or balanced accuracy; class weights or balanced sampling help rare classes"
    lines = tuple(f"{label}: {plural(count, 'clip')}" for label, count in counts)
    yield Finding("imbalance", "warning" if ratio >= VERY_LOPSIDED else "note", title, hint, lines)


def _shortcut(found: Shortcut, lowest_hz: float) -> Finding:
    likely = f"guessing the label from the {found.name} alone is right for {found.guessed:.0%} of the clips"
    title = f"the {found.name} goes with the label: {likely}, without it for {found.blind:.0%}"
    chance = "less than 1 in a million" if found.chance < 1e-6 else f"{found.chance:.1g}"
    why = f"a model may learn it instead of the sound (Cramér's V {found.strength:.2f} of 1; by chance: {chance})"
    lines = tuple(
        f"{value}: {', '.join(f'{count} {label}' for label, count in sorted(row.items(), key=lambda item: -item[1]))}"
        for value, row in found.table.items()
    )
    hint = REMEDIES[found.name].format(lowest=lowest_hz)
    level: Level = "serious" if found.strength >= TELLING else "warning"
    return Finding(f"shortcut-{found.name.replace(' ', '-')}", level, title, hint, lines, why=why)
