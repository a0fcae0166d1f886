"""Is this installation fit to work? One check a function; each says what it found and how to mend it."""

from __future__ import annotations

from genrekit.doctor.finding import Finding, Status
from genrekit.doctor.rounds import examine

__all__ = ["Finding", "Status", "examine"]
