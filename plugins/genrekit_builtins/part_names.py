"""How data sets spell the three parts."""

from __future__ import annotations

from typing import Final

PART_NAMES: Final = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "validate": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "evaluation": "test",
}
"""Lower-case spelling -> genrekit's name."""
