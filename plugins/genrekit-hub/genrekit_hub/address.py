"""``user/name`` and ``user/name@revision``: which repository, and which state of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from genrekit import GenrekitError

_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?:hf:)?(?://)?(?P<repo>{_PART}/{_PART})(?:@(?P<revision>[^\s@]+))?")
_COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Address:
    """``revision`` is a branch, a tag or a commit; None: the newest."""

    repo: str
    revision: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """``user/name[@revision]``, with ``hf:`` before it or not. Raises `GenrekitError`."""
        found = _ADDRESS.fullmatch(text)
        if found is None or len(found["repo"]) > 96 or ".." in found["repo"] or "--" in found["repo"]:
            raise GenrekitError(f"'{text}' is no repository of the Hugging Face Hub", hint="hf:user/name@revision")
        return cls(found["repo"], found["revision"])

    @property
    def fixed(self) -> bool:
        """Whether it names a commit, which never changes."""
        return self.revision is not None and _COMMIT.fullmatch(self.revision) is not None

    def __str__(self) -> str:
        return f"hf:{self.repo}@{self.revision}" if self.revision else f"hf:{self.repo}"
