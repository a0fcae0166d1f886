"""What a check says."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Status(enum.StrEnum):
    """How bad it is: ``wrong`` breaks something that everybody uses, ``mind`` is worth knowing."""

    fine = "fine"
    mind = "mind"
    wrong = "wrong"


@dataclass(frozen=True)
class Finding:
    """One line of the examination; ``mend`` is what to type or change."""

    status: Status
    topic: str
    what: str
    mend: str | None = None


def fine(topic: str, what: str) -> Finding:
    """Nothing to do."""
    return Finding(Status.fine, topic, what)


def mind(topic: str, what: str, mend: str | None = None) -> Finding:
    """It works; it could be better, or somebody should know."""
    return Finding(Status.mind, topic, what, mend)


def wrong(topic: str, what: str, mend: str | None = None) -> Finding:
    """It does not work."""
    return Finding(Status.wrong, topic, what, mend)
