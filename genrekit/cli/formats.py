"""How lists are written."""

from __future__ import annotations

import enum


class Format(enum.StrEnum):
    """A table for people, or JSON for programs."""

    table = "table"
    json = "json"
