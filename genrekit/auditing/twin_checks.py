"""What is wrong with clips that hold the same sound."""

from __future__ import annotations

from collections.abc import Iterator

from genrekit.auditing.findings import Finding, listed, plural, says
from genrekit.auditing.material import Material
from genrekit.auditing.twins import Twins

TIE = 'give twins one group: --groups-out FILE writes a table that does, for [dataset] use = "table"'


def check_twins(material: Material) -> Iterator[Finding]:
    """Findings on twins: with other labels, on both sides of the split, in other groups, or merely there twice."""
    told: set[int] = set()
    for check in (_conflicts, _leaks, _strangers):
        for finding in check(material):
            told |= set(finding.rows)
            yield finding
    yield from _rest(material, told)


def _conflicts(material: Material) -> Iterator[Finding]:
    odd = [one for one in material.twins if material.labels[one.first] != material.labels[one.second]]
    if odd:
        rows = listed(row for one in odd for row in (one.first, one.second))
        hint = "listen to them; one of the labels is wrong, or both are right and the clips have two labels"
        title = f"{plural(len(rows), 'clip')} with the same sound have different labels"
        yield Finding("label-conflict", "serious", title, hint, _lines(material, odd), rows)


def _leaks(material: Material) -> Iterator[Finding]:
    """Families, not pairs: two test clips may be twins through one in training."""
    parts = material.parts
    both = [family for family in material.families if len({parts[row] for row in family} - {None}) > 1]
    if not both:
        return
    members = {row for family in both for row in family}
    lines = tuple(
        " = ".join(f"{material.names[row]} ({parts[row] or 'unused'})" for row in family[:4])
        + (f" and {len(family) - 4} more" if len(family) > 4 else "")
        for family in both
    )
    tested = sum(parts[row] in ("validation", "test") for row in members)
    title = f"{plural(tested, 'validation or test clip')} {says(tested, 'have')} a twin in another part"
    why = "the model has learnt the very sound that it is then asked about, so the figure flatters"
    yield Finding("twins-across-parts", "serious", title, TIE, lines, tuple(sorted(members)), why)


def _strangers(material: Material) -> Iterator[Finding]:
    groups = material.groups
    apart = [one for one in material.twins if groups[one.first] != groups[one.second]]
    if apart:
        rows = listed(row for one in apart for row in (one.first, one.second))
        title = f"{plural(len(rows), 'clip')} with the same sound are in different groups"
        why = "a split that keeps groups whole may still put them on both sides"
        yield Finding("twins-across-groups", "warning", title, TIE, _lines(material, apart), rows, why)


def _rest(material: Material, told: set[int]) -> Iterator[Finding]:
    rest = [one for one in material.twins if one.first not in told or one.second not in told]
    if rest:
        rows = listed(row for one in rest for row in (one.first, one.second))
        title = f"{plural(len(rows), 'clip')} hold a sound that another clip holds too"
        grouped = all(material.groups[row] is not None for row in rows)
        hint = "they are in one group each, so no split divides them; they count double" if grouped else TIE
        yield Finding("twins", "note" if grouped else "warning", title, hint, _lines(material, rest), rows)


def _lines(material: Material, twins: list[Twins]) -> tuple[str, ...]:
    return tuple(
        f"{_told(material, one.first)} = {_told(material, one.second)}: {how_alike(one)}"
        for one in sorted(twins, key=lambda one: (-one.similarity, one.first, one.second))
    )


def _told(material: Material, row: int) -> str:
    return f"{material.names[row]} ({material.labels[row]})"


def how_alike(twins: Twins) -> str:
    """What makes them twins, in words."""
    if twins.kind == "bytes":
        return "the same bytes"
    if twins.kind == "samples":
        return "the same samples"
    if twins.kind == "overlap":
        return "overlapping stretches of one file"
    shift = f", {abs(twins.shift_s):.2f} s apart" if abs(twins.shift_s) >= 0.05 else ""
    return f"the same sound for {twins.same_s:.2g} s (similarity {twins.similarity:.2f}){shift}"
