"""Looking for what makes a data set lie: damaged files, duplicates, leaks, and shortcuts to the label."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from genrekit.auditing.findings import LEVELS, Finding
from genrekit.auditing.result import Audit
from genrekit.console import Narrator

if TYPE_CHECKING:
    from genrekit.auditing.material import Material

__all__ = ["Audit", "Finding", "audit"]


def audit(
    source: str | Path,
    *,
    overrides: Iterable[str] = (),
    store: str | Path | None = None,
    narrator: Narrator | None = None,
) -> Audit:
    """Read every clip of a recipe, or of a folder with a folder for each class, and say what is wrong.

    ``overrides`` are ``"dataset.root=there"`` strings for a recipe. Twins that are found are remembered in ``store``
    (None: ``$GENREKIT_STORE`` or the user's cache), by content, for the leak meter of later runs. Raises
    `GenrekitError` where there is nothing to audit.
    """
    from genrekit.auditing.examination import examine_all, stretches
    from genrekit.auditing.material import Material
    from genrekit.auditing.source import open_source
    from genrekit.auditing.twin_memory import TwinMemory
    from genrekit.auditing.twins import find_twins
    from genrekit.store import default_root

    begun, told, given = time.perf_counter(), narrator or Narrator(), open_source(source, overrides)
    todo = list(stretches(given.clips))
    with told.steps("audio", len(todo)) as advance:
        facts = examine_all(todo, given.executor, advance)
    twins = find_twins(facts, todo, told)
    TwinMemory(Path(store) if store else default_root()).remember(todo, facts, twins)
    material = Material(given.clips, facts, twins, given.window_s, given.heard_hz)
    return Audit(
        given.name, material, _findings(material, given.refused), given.clips.notes, time.perf_counter() - begun
    )


def _findings(material: Material, refused: str | None) -> list[Finding]:
    from genrekit.auditing.clip_checks import check_clips
    from genrekit.auditing.set_checks import check_set
    from genrekit.auditing.twin_checks import check_twins

    found = [*check_clips(material), *check_twins(material), *check_set(material)]
    if refused:
        hint = "the checks of parts were left out"
        found.append(Finding("split", "serious", f"the splitter refuses: {refused}", hint))
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))
