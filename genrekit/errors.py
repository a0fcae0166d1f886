"""Errors that people are meant to read: what went wrong, where, why, and what to type next."""

from __future__ import annotations

import difflib
import errno
import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    ``where`` is ``file:line`` or an option of the command line; ``source`` is the line of text found there.
    """

    what: str
    where: str | None = None
    source: str | None = None
    why: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        more = [f"    {printable(self.source.strip())}" if self.source and self.source.strip() else None]
        more += [f"  why: {self.why}" if self.why else None, f"  try: {self.hint}" if self.hint else None]
        return "\n".join([head, *(line for line in more if line)])


class GenrekitError(Exception):
    """The user's mistake, or their machine's: shown without a traceback, with exit code 2."""

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        source: str | None = None,
        why: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.problems: tuple[Problem, ...] = (Problem(what, where, source, why, hint),)
        super().__init__(what)

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Self:
        """One error for several problems (at least one), so that all of them are shown at once."""
        problems = tuple(problems)
        error = cls(problems[0].what)
        error.problems = problems
        return error

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class RecipeError(GenrekitError):
    """The recipe, or an override of it, is not valid."""


class PluginError(GenrekitError):
    """A plugin is missing, broken, blocked, or clashes with another."""


class UnreadableError(PluginError):
    """A component or table is there, and its options are of a type that nothing can read."""


class DataError(GenrekitError):
    """The data set cannot be used as the recipe demands."""


class TrainingError(GenrekitError):
    """Training cannot go on."""


class BundleError(GenrekitError):
    """A bundle is missing, damaged, or needs something that is not installed."""


class AudioError(GenrekitError):
    """One audio file cannot be used. ``reason`` is short enough for a table of quarantined files."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{shown(path)}: {reason}")
        self.path, self.reason = path, reason

    def __reduce__(self) -> tuple[type[AudioError], tuple[str, str]]:
        return AudioError, (self.path, self.reason)


class WriteError(GenrekitError, OSError):
    """The system refuses to write a file: the disk is full, read-only or gone. ``errno`` says which, as in OSError."""

    def __init__(self, path: str | os.PathLike[str], number: int, reason: str) -> None:
        refused = f"cannot write {shown(os.fspath(path))}: {reason.lower()}"
        GenrekitError.__init__(self, refused, hint=_REMEDIES.get(number))
        self.path, self.errno, self.strerror = os.fspath(path), number, reason

    def __reduce__(self) -> tuple[type[WriteError], tuple[str, int, str]]:
        return WriteError, (self.path, self.errno or 0, self.strerror or "")

    def __str__(self) -> str:
        return GenrekitError.__str__(self)


_FULL = "make room on that disk, then start the same again; nothing half-written is left"
_FORBIDDEN = "another folder, or a disk and rights that let you write there"
_GONE = "see that the disk or network share is still there and sound, then start the same again"
_REMEDIES = (
    dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), _FULL)
    | dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), _FORBIDDEN)
    | dict.fromkeys((errno.EIO, errno.ESTALE, errno.ENOENT, errno.ENXIO, errno.ENODEV), _GONE)
)


DISK_REFUSES = frozenset(_REMEDIES) - {errno.ENOENT, errno.EACCES, errno.EPERM}
"""Error numbers that only a disk gives."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``"; did you mean 'crnn'?"`` where a known name is close to ``name`` or holds it, else nothing."""
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.65)
    close += sorted((other for other in known if len(name) > 2 and name.lower() in other.lower()), key=len)
    return f"; did you mean '{close[0]}'?" if close else ""


def printable(line: str, longest: int = 160) -> str:
    """A line of somebody's file, fit for a terminal: no control characters, ``longest`` characters at most."""
    line = line[:longest] + "…" if len(line) > longest else line
    return "".join(character if character.isprintable() else " " for character in line)


def shown(name: str) -> str:
    r"""A file's name, fit for one line of a terminal: what is not printable is written as ``\x1b`` or ``\n`` is.

    >>> print(shown("a\x1b[31m.wav"))
    a\x1b[31m.wav
    """
    return "".join(map(_plain, name))


_STEERING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
"""Persian and emoji are written with them."""


def _plain(character: str) -> str:
    if character in _JOINERS or unicodedata.category(character) not in _STEERING:
        return character
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")


def harmless(text: str) -> str:
    """Lines of text as they are, but for what steers a terminal: that is written as `shown` does."""
    return "".join(character if character in "\n\t" else _plain(character) for character in text)


def one_line(error: BaseException) -> str:
    """``ImportError: no such module``, whatever lines the message has."""
    return " ".join(f"{type(error).__name__}: {error}".split())
