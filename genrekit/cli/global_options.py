"""The options that may stand anywhere on the line, as pytest's ``-p``: taken out before commands see their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from genrekit.errors import GenrekitError

_VALUES = {"--plugin": "FILE", "--block": "NAME"}
_FLAGS = {"--traceback", "--version"}


@dataclass(frozen=True)
class GlobalOptions:
    """What was asked for."""

    plugins: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    traceback: bool = False
    version: bool = False

    @classmethod
    def take(cls, arguments: Sequence[str]) -> tuple[GlobalOptions, list[str]]:
        """The options, and the arguments that are left. What follows ``--`` is never an option."""
        ours, rest = _parted(arguments)
        plugins, blocked = (tuple(value for name, value in ours if name == option) for option in _VALUES)
        names = {name for name, _ in ours}
        return cls(plugins, blocked, "--traceback" in names, "--version" in names), rest

    @classmethod
    def wants_traceback(cls, arguments: Sequence[str]) -> bool:
        """Whether ``--traceback`` is there, even on a line that `take` refuses."""
        end = arguments.index("--") if "--" in arguments else len(arguments)
        return "--traceback" in arguments[:end]


def _parted(arguments: Sequence[str]) -> tuple[list[tuple[str, str]], list[str]]:
    ours: list[tuple[str, str]] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *words]
        elif word in _FLAGS:
            ours.append((word, ""))
        elif name in _VALUES:
            ours.append((name, _value(name, value if equals else None, words)))
        else:
            rest.append(word)
    return ours, rest


def _value(name: str, attached: str | None, words: Iterator[str]) -> str:
    value = next(words, "") if attached is None else attached
    if not value or value.startswith("--"):
        raise GenrekitError(f"{name} needs a value", hint=f"{name} {_VALUES[name]}")
    return value
