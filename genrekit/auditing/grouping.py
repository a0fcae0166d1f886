"""Groups that keep twins together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def tied_groups(groups: Sequence[str | None], families: Iterable[Sequence[int]]) -> list[str | None]:
    """Each row's group, after all groups that a family of twins touches became one.

    It is called as the alphabetically first of them; a family without any is called ``twins-<its first row>``.
    """
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader.get(name, name) != name:
            name = leader[name]
        return name

    tied: list[str | None] = list(groups)
    for family in families:
        named = {find(name) for row in family if (name := groups[row]) is not None}
        first = min(named, default=f"twins-{min(family)}")
        leader.update(dict.fromkeys(named, first))
        for row in family:
            tied[row] = groups[row] or first
    return [name if name is None else find(name) for name in tied]
