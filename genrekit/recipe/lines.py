"""On which line of a TOML file a key stands.

`tomllib` keeps no positions. This scanner reads text that tomllib has already accepted, so it need not judge it:
it only follows table headers, keys, strings, brackets and comments.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

Key = tuple[str | int, ...]

_TOKEN = re.compile(
    r"""
      (?P<comment> \#[^\n]* )
    | (?P<text>    \"{3} (?: \\. | [^\\] )*? \"{3,5} | '{3} .*? '{3,5} )
    | (?P<quoted>  " (?: \\. | [^"\\\n] )* " | ' [^'\n]* ' )
    | (?P<bare>    [A-Za-z0-9_+:-]+ )
    | (?P<newline> \r?\n )
    | (?P<mark>    [\[\]{}=,.] )
    | (?P<space>   [ \t]+ )
    | (?P<other>   . )
    """,
    re.DOTALL | re.VERBOSE,
)


def key_lines(text: str) -> dict[Key, int]:
    """Each key's path (array elements as integers) -> its line, counted from 1. Tables stand at their header."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.tokens = list(self._tokens(text))
        self.at = 0
        self.lines: dict[Key, int] = {}
        self.lengths: dict[Key, int] = {}

    @staticmethod
    def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
        line = 1
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup or "other"
            if kind not in {"space", "comment"}:
                yield kind, match.group(), line
            line += match.group().count("\n")

    def scan(self) -> dict[Key, int]:
        table: Key = ()
        while self.at < len(self.tokens):
            kind, text, line = self.tokens[self.at]
            if kind == "newline":
                self.at += 1
            elif text == "[":
                table = self._header(line)
            else:
                self._pair(table)
        return self.lines

    def _header(self, line: int) -> Key:
        array = self.tokens[self.at + 1][1] == "["
        self.at += 2 if array else 1
        table = self._resolve(self._key())
        self.at += 2 if array else 1
        if array:
            table = (*table, self._next_index(table))
        self._mark(table, line)
        return table

    def _resolve(self, key: Key) -> Key:
        """A header's path, with the newest element filled in wherever it passes through an array of tables."""
        path: Key = ()
        for part in key[:-1]:
            path = (*path, part)
            if path in self.lengths:
                path = (*path, self.lengths[path] - 1)
        return (*path, key[-1])

    def _next_index(self, table: Key) -> int:
        self.lengths[table] = self.lengths.get(table, 0) + 1
        return self.lengths[table] - 1

    def _key(self) -> Key:
        parts = [self._name()]
        while self.tokens[self.at][1] == ".":
            self.at += 1
            parts.append(self._name())
        return tuple(parts)

    def _name(self) -> str:
        kind, text, _ = self.tokens[self.at]
        self.at += 1
        return next(iter(tomllib.loads(f"{text} = 0"))) if kind == "quoted" else text

    def _pair(self, table: Key) -> None:
        line = self.tokens[self.at][2]
        path = (*table, *self._key())
        self._mark(path, line)
        self.at += 1
        self._value(path)

    def _mark(self, path: Key, line: int) -> None:
        """``path`` stands at ``line``; the tables around it too, unless something says where they begin."""
        for end in range(1, len(path)):
            self.lines.setdefault(path[:end], line)
        self.lines[path] = line

    def _value(self, path: Key) -> None:
        if self.tokens[self.at][1] == "[":
            self._array(path)
        elif self.tokens[self.at][1] == "{":
            self._inline_table(path)
        else:
            while self.at < len(self.tokens) and not self._ends_value():
                self.at += 1

    def _ends_value(self) -> bool:
        kind, text, _ = self.tokens[self.at]
        return kind == "newline" or (kind == "mark" and text in ",]}")

    def _array(self, path: Key) -> None:
        self.at += 1
        index = 0
        while self.tokens[self.at][1] != "]":
            if self._skips():
                continue
            self._mark((*path, index), self.tokens[self.at][2])
            self._value((*path, index))
            index += 1
        self.at += 1

    def _inline_table(self, path: Key) -> None:
        self.at += 1
        while self.tokens[self.at][1] != "}":
            if not self._skips():
                self._pair(path)
        self.at += 1

    def _skips(self) -> bool:
        kind, text, _ = self.tokens[self.at]
        skipped = kind == "newline" or (kind == "mark" and text == ",")
        self.at += skipped
        return skipped
