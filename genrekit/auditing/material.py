"""What the checks look at: every clip's facts, its labels, group and part, and who is whose twin."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from genrekit.auditing.examination import Facts
from genrekit.auditing.findings import Names
from genrekit.auditing.twins import Twins, families
from genrekit.clips import Clips


@dataclass(frozen=True)
class Material:
    """``facts[row]`` are those of the table's row.

    Where a recipe says it, ``window_s`` is what one example holds, and nothing above ``heard_hz`` reaches the model.
    """

    clips: Clips
    facts: Sequence[Facts]
    twins: Sequence[Twins]
    window_s: float | None = None
    heard_hz: float = math.inf

    @cached_property
    def usable(self) -> list[Facts]:
        """The facts of clips that can be read."""
        return [one for one in self.facts if one.reason is None]

    @cached_property
    def names(self) -> Names:
        """What clips are called in findings."""
        return Names(self.clips.column("path"), self.clips.column("start_s"))

    @cached_property
    def labels(self) -> list[str]:
        """Each row's label, or its labels joined by "|"."""
        return ["|".join(sorted(labels)) for labels in self.clips.column("labels")]

    @cached_property
    def groups(self) -> list[str | None]:
        """Each row's group."""
        return self.clips.column("group")

    @cached_property
    def parts(self) -> list[str | None]:
        """Each row's part."""
        return self.clips.column("part")

    @cached_property
    def families(self) -> list[list[int]]:
        """Rows that hold the same sound."""
        return families(self.twins, len(self.clips))
