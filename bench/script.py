"""The command as people type it: ``python -m genrekit`` imports Python's own module runner first."""

from __future__ import annotations

import sysconfig
from pathlib import Path

GENREKIT = Path(sysconfig.get_path("scripts")) / "genrekit"
