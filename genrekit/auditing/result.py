"""A finished audit: its findings, and the same for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from genrekit.auditing.findings import LEVELS, Finding
from genrekit.auditing.material import Material

FORMAT = 1


@dataclass(frozen=True)
class Audit:
    """What `genrekit.audit` gives. ``findings`` come the serious ones first."""

    source: str
    material: Material
    findings: Sequence[Finding]
    notes: Sequence[str] = ()
    seconds: float = 0.0

    def count(self, level: str) -> int:
        """How many findings are of that level."""
        return sum(finding.level == level for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        """Everything, JSON-ready; clips by path, twins by row of ``clips``."""
        material, clips = self.material, self.material.clips
        paths = clips.column("path")
        return {
            "format": FORMAT,
            "source": self.source,
            "clips": len(clips),
            "audio_s": round(sum(one.duration_s for one in material.usable), 1),
            "labels": dict(sorted(Counter(label for labels in clips.column("labels") for label in labels).items())),
            "parts": {part: count for part, count in clips.counts().items() if count},
            "notes": list(self.notes),
            "findings": [
                asdict(finding) | {"lines": list(finding.lines), "paths": [paths[row] for row in finding.rows]}
                for finding in self.findings
            ],
            "twins": [asdict(twins) | {"paths": [paths[twins.first], paths[twins.second]]} for twins in material.twins],
            "count": {level: self.count(level) for level in LEVELS},
        }

    def clip_rows(self) -> Iterator[list[Any]]:
        """A table with a line for each clip, the header first."""
        material, clips = self.material, self.material.clips
        checks: dict[int, list[str]] = {}
        for finding in self.findings:
            for row in finding.rows:
                checks.setdefault(row, []).append(finding.check)
        file = ("reason", "duration_s", "sample_rate", "channels", "format")
        names = (*file, "highest_hz", "peak", "level", "clipped", "silent")
        yield ["path", "label", "group", "part", "start", *names, "samples", "findings"]
        starts = clips.column("start_s")
        for row, facts in enumerate(material.facts):
            told = (getattr(facts, name) for name in names)
            cells = [f"{value:.6g}" if isinstance(value, float) else value or "" for value in told]
            own = [facts.path, material.labels[row], material.groups[row] or "", material.parts[row] or "", starts[row]]
            yield [*own, *cells, facts.samples, " ".join(checks.get(row, []))]

    def grouped_rows(self) -> Iterator[list[Any]]:
        """A table for the data set `table`, the header first: twins, and the groups they touch, are in one group.

        Clips that cannot be read are left out.
        """
        from genrekit.auditing.grouping import tied_groups

        material, clips = self.material, self.material.clips
        several = any(len(labels) != 1 for labels in clips.column("labels"))
        folds = clips.column("fold")
        yield ["path", "labels" if several else "label", "group", "part", "fold", "start", "end"]
        starts, durations = clips.column("start_s"), clips.column("duration_s")
        # The split's parts would outlive the groups that it did not know of.
        for row, group in enumerate(tied_groups(material.groups, material.families)):
            if material.facts[row].reason is None:
                end = "" if durations[row] is None else starts[row] + durations[row]
                start = starts[row] or ("" if durations[row] is None else 0.0)
                yield [clips.column("path")[row], material.labels[row], group or "", "", folds[row] or "", start, end]
