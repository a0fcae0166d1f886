"""What a split must be, and what people should be told about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from genrekit import Clips, DataError
from genrekit_builtins.coded_clips import CodedClips

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from genrekit_builtins.coded_clips import Integers

SHOWN = 8
"""So many names are listed; more are counted."""

FAR = 0.03
"""A share that misses what was asked for by more than this is worth a note."""


def listed(names: Iterable[str]) -> str:
    """``"blues, classical and 3 more"``"""
    names = list(names)
    if len(names) > SHOWN:
        return f"{', '.join(names[: SHOWN - 1])} and {len(names) - SHOWN + 1} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def check_enough(clips: CodedClips, needed: int, what: str, hint: str) -> None:
    """`DataError` unless each class has ``needed`` clips, and ``needed`` groups to keep whole.

    ``what`` says what they are needed for; ``hint`` what to type where only the groups are too few.
    """
    per_class, groups = clips.clips_per_class().tolist(), clips.groups_per_class().tolist()
    few = [f"{name} ({_count(n, 'clip')})" for name, n in zip(clips.classes, per_class, strict=True) if n < needed]
    if few:
        raise DataError(
            f"too few clips for {what}: {listed(few)}",
            why=f"every class must be in every part, which takes at least {needed} clips of it",
            hint="add clips of these classes, or leave the classes out",
        )
    if any(n < needed for n in groups):
        raise _too_few_groups(clips, per_class, groups, needed, what, hint)


def _too_few_groups(
    clips: CodedClips, per_class: Sequence[int], groups: Sequence[int], needed: int, what: str, hint: str
) -> DataError:
    rows = zip(clips.classes, per_class, groups, strict=True)
    few = [f"{name} ({_count(g, 'group')}, {_count(n, 'clip')})" for name, n, g in rows if g < needed]
    return DataError(
        f"too few groups for {what}: {listed(few)}",
        why="a group (artist, speaker, site …) is never divided, and every class must be in every part, "
        f"which takes at least {needed} groups of it",
        hint=hint,
    )


def check_complete(clips: CodedClips, part: Integers, names: Sequence[str], hint: str) -> None:
    """`DataError` if a class is missing from one of the parts 0..len(names) - 1 of ``part`` int64 [clips]."""
    for index, name in enumerate(names):
        lacking = _lacking(clips, part == index)
        if lacking:
            raise DataError(
                f"no way was found to have {listed(lacking)} in {name} too",
                why="every class must be in every part, and groups that hold several classes tie these together",
                hint=hint,
            )


def _lacking(clips: CodedClips, rows: np.ndarray) -> list[str]:
    """The classes of which there is no clip among ``rows``, a boolean mask [clips]."""
    import numpy as np

    held = np.bincount(clips.label[rows], minlength=len(clips.classes))
    return [clips.classes[label] for label in np.flatnonzero((held == 0) & (clips.clips_per_class() > 0))]


def prescribed_notes(clips: Clips) -> list[str]:
    """Notes on classes that a prescribed validation or test part lacks; `DataError` if training lacks one."""
    import polars as pl

    used = Clips(clips.table.filter(pl.col("part").is_not_null()))
    parts = {name: Clips(used.table.filter(part=name)).labels() for name, count in used.counts().items() if count}
    lacking = {name: sorted(set(used.labels()) - set(labels)) for name, labels in parts.items()}
    if lacking.get("train"):
        raise DataError(f"there is no training clip of {listed(lacking['train'])}", why="every class needs some")
    return [f"warning: the {name} part has no clip of {listed(few)}" for name, few in lacking.items() if few]


def share_notes(part: Integers, asked: Mapping[str, float]) -> list[str]:
    """A note for each share that is far from what was asked; part i + 1 is the i-th name of ``asked``."""
    shares = {name: float((part == index).mean()) for index, name in enumerate(asked, start=1)}
    return [
        f"{name} holds {shares[name]:.1%} of the clips, not the {wanted:.1%} asked for, because groups stay whole"
        for name, wanted in asked.items()
        if abs(shares[name] - wanted) > FAR
    ]


def divided_notes(clips: Clips) -> list[str]:
    """A warning where the clips of one group stand in several parts."""
    import polars as pl

    used = clips.table.drop_nulls("part")
    per_group = used.drop_nulls("group").group_by("group").agg(pl.col("part").n_unique(), pl.len())
    divided = per_group.filter(pl.col("part") > 1)
    if not divided.height:
        return []
    note = (
        f"warning: {_count(divided.height, 'group')} with {divided.get_column('len').sum()} clips on both sides of "
        "the split; a model that recognises the group (artist, speaker, site …) looks better than it is"
    )
    lone = _classes_of_one_group(used)
    return [f"{note}; one group each: {listed(lone)}" if lone else note]


def _classes_of_one_group(used: pl.DataFrame) -> list[str]:
    import polars as pl

    per_class = used.explode("labels").group_by("labels")
    counts = per_class.agg(pl.col("group").n_unique(), pl.col("group").null_count().alias("without"), pl.len())
    alone = counts.filter(pl.col("group") == 1, pl.col("without") == 0, pl.col("len") > 1)
    return sorted(alone.get_column("labels").to_list())


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
