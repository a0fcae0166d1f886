"""Where groups of clips stand while they are shared out, and what a move would gain.

Part 0 holds what remains (training). A *bulky* group has several clips, which move together; a *lone* clip moves alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Group = Sequence[tuple[int, int]]
"""A bulky group as (class, clips) pairs."""


class Placement:
    """Everything starts in part 0; ``held[part][class]`` counts clips, ``place[group]`` is a bulky group's part."""

    def __init__(self, groups: Sequence[Group], lone: Sequence[int], targets: Sequence[Sequence[int]]) -> None:
        self.groups, self.targets = groups, targets
        self.totals = [sum(column) for column in zip(*targets, strict=True)]
        self.held = [list(self.totals), *([0] * len(self.totals) for _ in targets[1:])]
        self.lone = [list(lone), *([0] * len(lone) for _ in targets[1:])]
        self.place = [0] * len(groups)

    def missing(self) -> int:
        """How many (part, class) combinations are empty."""
        present = [label for label, total in enumerate(self.totals) if total]
        return sum(not held[label] for held in self.held for label in present)

    def cost(self) -> float:
        """How far the shares are from their targets; a class missing from a part weighs most."""
        cells = [(part, label) for part in range(len(self.held)) for label in range(len(self.totals))]
        return 1e6 * self.missing() + sum(self._off(part, label) for part, label in cells)

    def _off(self, part: int, label: int, more: int = 0) -> float:
        """The squared error of a share with ``more`` clips, relative to its target and to the class."""
        target = self.targets[part][label]
        error = float(self.held[part][label] + more - target)
        return error * error / (target * self.totals[label]) if target else 0.0

    def take(self, order: Iterable[int]) -> None:
        """Move groups out of part 0 into parts that they fit in entirely, into the emptiest of them."""
        parts = range(1, len(self.targets))
        for index in order:
            fitting = [part for part in parts if self._room(index, part) >= 1]
            if fitting and self._may_leave(index):
                self.move(index, max(fitting, key=lambda part: self._room(index, part)))

    def _room(self, index: int, part: int) -> float:
        """How often a group fits into what a part still lacks."""
        held, wanted = self.held[part], self.targets[part]
        return float(min((wanted[label] - held[label]) / clips for label, clips in self.groups[index]))

    def improve(self, order: Iterable[int]) -> None:
        """Move groups wherever that brings all shares together closer to their targets."""
        for index in order:
            gain, part = max((self._gain(index, part), part) for part in range(len(self.targets)))
            if gain > 1e-9 and self._may_leave(index):
                self.move(index, part)

    def _gain(self, index: int, part: int) -> float:
        source, off = self.place[index], self._off
        if part == source:
            return 0.0
        return sum(
            off(source, label) - off(source, label, -clips) + off(part, label) - off(part, label, clips)
            for label, clips in self.groups[index]
        )

    def _may_leave(self, index: int) -> bool:
        held = self.held[self.place[index]]
        return all(held[label] > clips for label, clips in self.groups[index])

    def move(self, index: int, part: int) -> None:
        """Move a bulky group."""
        source, target = self.held[self.place[index]], self.held[part]
        for label, clips in self.groups[index]:
            source[label] -= clips
            target[label] += clips
        self.place[index] = part

    def fill(self) -> None:
        """Make up what the shares lack with lone clips; where there are too few, each share gets its portion."""
        for label in range(len(self.totals)):
            lack = [max(0, wanted[label] - held[label]) for wanted, held in zip(self.targets, self.held, strict=True)]
            lack[0] = 0
            free = min(self.lone[0][label], self.held[0][label] - 1)
            portion = min(1.0, free / max(sum(lack), 1))
            for part in range(1, len(lack)):
                self._move_lone(label, int(portion * lack[part]), 0, part)

    def _move_lone(self, label: int, clips: int, source: int, part: int) -> None:
        if clips > 0:
            for table in (self.held, self.lone):
                table[source][label] -= clips
                table[part][label] += clips

    def cover(self, order: Sequence[int]) -> bool:
        """Bring each class into each part that still lacks it, at the least cost, taking it from no part entirely.

        Says whether any part lacked a class.
        """
        present = [label for label, total in enumerate(self.totals) if total]
        lacking = [(part, label) for part, held in enumerate(self.held) for label in present if not held[label]]
        for part, label in lacking:
            if not self.held[part][label]:
                self._cover(part, label, order)
        return bool(lacking)

    def _cover(self, part: int, label: int, order: Sequence[int]) -> None:
        for source in range(len(self.targets)):
            if self.lone[source][label] and self.held[source][label] > 1:
                return self._move_lone(label, 1, source, part)
        able = [index for index in order if any(pair[0] == label for pair in self.groups[index])]
        able = [index for index in able if self.place[index] != part and self._may_leave(index)]
        if able:
            self.move(max(able, key=lambda index: self._gain(index, part)), part)
