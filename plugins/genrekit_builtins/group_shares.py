"""Shares out clips so that no group is divided, each class stands in each part, and the shares are near the wish.

Large things first, sand last: groups of several clips go in random order into parts that they fit in entirely, single
clips fill what is left, and then groups move where that brings the shares closer. Few groups are tried in several
orders and the closest result is kept. Classes that no group connects are shared out apart from each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from genrekit_builtins.placement import Group, Placement
from genrekit_builtins.share_targets import share_targets

if TYPE_CHECKING:
    import numpy as np

    from genrekit_builtins.coded_clips import CodedClips, Integers

ORDERS, VISITS = 32, 40_000
"""At most so many random orders are tried, and about so many groups placed altogether."""


def group_shares(clips: CodedClips, fractions: Sequence[float], rng: np.random.Generator) -> Integers:
    """Each clip's part, int64 [clips]: i for ``fractions[i - 1]`` of each class, 0 for the rest.

    Each class needs at least ``1 + len(fractions)`` clips. Where the groups make it impossible that each class stands
    in each part, some class is missing somewhere; where they make the fractions impossible, the shares are off.
    """
    import numpy as np

    targets = share_targets(clips.clips_per_class(), fractions, rng)
    bulky, groups = bulky_groups(clips)
    lone = ~np.isin(clips.group, bulky)
    lone_per_class = np.bincount(clips.label[lone], minlength=len(clips.classes))
    place = np.zeros(int(clips.group.max()) + 1, np.int64)
    quota = np.zeros_like(targets)
    orders = max(1, min(ORDERS, VISITS // max(len(groups), 1)))
    for labels, members in _connected(groups, len(clips.classes)):
        best = _closest([groups[i] for i in members], lone_per_class[labels], targets[:, labels], labels, orders, rng)
        place[bulky[members]] = best.place
        quota[:, labels] = best.lone
    part = place[clips.group]
    part[lone] = by_quota(clips.label[lone], quota, rng)
    return part


def bulky_groups(clips: CodedClips) -> tuple[Integers, list[Group]]:
    """The codes of the groups of several clips, and what is in them."""
    import numpy as np

    group, label, count = clips.pairs()
    bulky = np.flatnonzero(np.bincount(clips.group) > 1)
    inside = np.isin(group, bulky)
    pairs = list(zip(label[inside].tolist(), count[inside].tolist(), strict=True))
    ends = np.searchsorted(group[inside], bulky, side="right").tolist()
    return bulky, [pairs[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def _connected(groups: Sequence[Group], classes: int) -> Iterator[tuple[list[int], list[int]]]:
    """(classes, indices of groups) that have to be shared out together: union-find over the classes of each group."""
    leader = list(range(classes))

    def lead(label: int) -> int:
        while leader[label] != label:
            leader[label] = leader[leader[label]]
            label = leader[label]
        return label

    for group in groups:
        for label, _ in group[1:]:
            leader[lead(label)] = lead(group[0][0])
    labels, members = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    for label in range(classes):
        labels[lead(label)].append(label)
    for index, group in enumerate(groups):
        members[lead(group[0][0])].append(index)
    return ((labels[first], members[first]) for first in labels)


def _closest(
    groups: list[Group], lone: Integers, targets: Integers, labels: list[int], orders: int, rng: np.random.Generator
) -> Placement:
    """The best of several random orders. ``lone`` and ``targets`` have a column for each of ``labels``."""
    column = {label: index for index, label in enumerate(labels)}
    local = [[(column[label], clips) for label, clips in group] for group in groups]
    free, table = lone.tolist(), targets.tolist()
    best = min((_placed(Placement(local, free, table), _order(local, rng)) for _ in range(orders)), key=Placement.cost)
    for _ in range(8 * orders):
        if not best.missing():
            break
        best = min(best, _scattered(Placement(local, free, table), _order(local, rng), rng), key=Placement.cost)
    return best


def _order(groups: Sequence[Group], rng: np.random.Generator) -> list[int]:
    order: list[int] = rng.permutation(len(groups)).tolist()
    return order


def _placed(placement: Placement, order: list[int]) -> Placement:
    placement.take(order)
    placement.fill()
    placement.improve(order)
    if placement.cover(order):
        placement.improve(order)
    return placement


def _scattered(placement: Placement, order: list[int], rng: np.random.Generator) -> Placement:
    """A start from anywhere, for groups so entangled that moving them one by one out of part 0 leaves a class out."""
    for index, part in zip(order, rng.integers(len(placement.targets), size=len(order)).tolist(), strict=True):
        placement.move(index, part)
    placement.fill()
    placement.cover(order)
    placement.improve(order)
    return placement


def by_quota(label: Integers, quota: Integers, rng: np.random.Generator) -> Integers:
    """Parts for single clips, int64 [clips]: of each class as many in each part as ``quota`` [parts, classes] says."""
    import numpy as np

    parts = np.empty(len(label), np.int64)
    by_class = np.lexsort((rng.random(len(label)), label))
    dealt = np.tile(np.arange(len(quota)), quota.shape[1])
    parts[by_class] = np.repeat(dealt, quota.T.ravel())
    return parts
