"""Deals clips out to folds of equal size, class by class, without dividing a group.

Groups of several clips are dealt largest first, each to the fold that holds least of its classes; single clips then
level the folds. (Largest-first is Graham's rule for balancing loads; scikit-learn's StratifiedGroupKFold orders by the
spread of a group's classes instead, which is the same for groups of one class.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from genrekit_builtins.group_shares import bulky_groups, by_quota
from genrekit_builtins.placement import Group

if TYPE_CHECKING:
    import numpy as np

    from genrekit_builtins.coded_clips import CodedClips, Integers


def group_folds(clips: CodedClips, folds: int, rng: np.random.Generator) -> Integers:
    """Each clip's fold, int64 [clips] in 0..folds - 1."""
    import numpy as np

    bulky, groups = bulky_groups(clips)
    lone = ~np.isin(clips.group, bulky)
    held = [[0] * len(clips.classes) for _ in range(folds)]
    place = np.zeros(int(clips.group.max()) + 1, np.int64)
    place[bulky] = _dealt(groups, clips.clips_per_class().tolist(), held, rng)
    lone_per_class = np.bincount(clips.label[lone], minlength=len(clips.classes))
    fold = place[clips.group]
    fold[lone] = by_quota(clips.label[lone], _levelling(np.array(held), lone_per_class), rng)
    return fold


def _dealt(
    groups: Sequence[Group], totals: Sequence[int], held: list[list[int]], rng: np.random.Generator
) -> list[int]:
    """Each group's fold; ``held`` [folds][classes] is counted up."""
    import numpy as np

    sizes = np.array([sum(clips for _, clips in group) for group in groups], np.int64)
    fold_sizes, dealt = [0] * len(held), [0] * len(groups)
    for index in np.lexsort((rng.random(len(groups)), -sizes)).tolist():
        loads = [sum(clips * row[label] / totals[label] for label, clips in groups[index]) for row in held]
        fold = min(range(len(held)), key=lambda fold: (loads[fold], fold_sizes[fold]))
        for label, clips in groups[index]:
            held[fold][label] += clips
        fold_sizes[fold] += int(sizes[index])
        dealt[index] = fold
    return dealt


def _levelling(held: Integers, lone: Integers) -> Integers:
    """How many single clips [folds, classes] make the folds as level as they get, class by class and altogether."""
    import numpy as np

    quota = np.zeros_like(held)
    sizes = held.sum(axis=1)
    for label, clips in enumerate(lone.tolist()):
        added = _levelled(held[:, label], clips, sizes)
        quota[:, label] = added
        sizes = sizes + added
    return quota


def _levelled(levels: Integers, clips: int, sizes: Integers) -> Integers:
    """What to add to each level so that the lowest are raised alike; a remainder goes to the smallest folds."""
    import numpy as np

    order = np.lexsort((sizes, levels))
    ascending = levels[order]
    needed = ascending * np.arange(1, len(levels) + 1) - np.cumsum(ascending)
    raised = int(np.flatnonzero(needed <= clips)[-1]) + 1
    lowest = order[:raised]
    height, rest = divmod(clips + int(ascending[:raised].sum()), raised)
    added = np.zeros_like(levels)
    added[lowest] = height - levels[lowest]
    added[lowest[np.argsort(sizes[lowest] + added[lowest], kind="stable")][:rest]] += 1
    return added
