"""What is told of a file that is not TOML: the line, what is wrong with it, and how it is written."""

from __future__ import annotations

import re

from genrekit.errors import RecipeError

_PLAIN = {
    r"Cannot overwrite a value": "this key is set twice",
    r"Cannot declare \('(.*?)',?\) twice": r"the table [\1] is declared twice",
    r"', '": ".",
    r"Illegal character '\\n'": "this string is not closed",
    r"Invalid initial character for a key part": "a key is expected",
    r"in a key/value pair": "",
    r"Expected newline or end of document after a statement": "the line should end after the value",
}
"""What Python's reader says -> what it means; its words are for those who know TOML's grammar."""

_TEXT = r"[A-Za-z_./~][^\"'#]*?"
_HINTS = (
    (r"^\s*[\w.\"-]+\s*=\s*(#.*)?$", "write a value after the equals sign"),
    (r"=\s*(None|null|nil)\b", "leave an option out to have its default; TOML has no null"),
    (r"=\s*(True|False)\b", "true and false are written small"),
    (r"\"[^\"]*\\[^\"]*\"", "in double quotes a backslash begins an escape: write paths with /, or in single quotes"),
    (r"^\s*([\w.-]+)\s*:", r"\1 = …"),
    (r"(=\s*[^#\"']*)//", "comments begin with #"),
    (r"=\s*(\d{1,3}),(\d{3})\b", r"\1_\2, or \1\2"),
    (r"=\s*\{[^}]*$", "a table in braces ends on the line where it begins; else write it as a [table] of its own"),
    (r"^\s*\[+[^\]]*$", "close the bracket"),
    (rf"=\s*({_TEXT})\s*(#.*)?$", r'text stands in quotes: "\1"'),
)
"""How a line looks -> what to write. The first that fits is given."""


def syntax_error(path: object, text: str, message: str) -> RecipeError:
    """The error for ``message`` of Python's reader."""
    lines = text.rstrip().split("\n")
    at = re.search(r" \(at line (\d+), column \d+\)$", message)
    number = min(int(at[1]), len(lines)) if at else len(lines)
    reason = re.sub(r" \(at [^()]*\)$", "" if at else ", where the file ends", message)
    for theirs, ours in _PLAIN.items():
        reason = re.sub(theirs, ours, reason)
    reason = (reason[:1].lower() + reason[1:]).strip()
    line = lines[number - 1]
    hint = None if "twice" in reason else _hint(line)
    return RecipeError(f"not valid TOML: {reason}", where=f"{path}:{number}", source=line, hint=hint)


def _hint(line: str) -> str | None:
    line = line[:1000]
    for looks, write in _HINTS:
        if found := re.search(looks, line):
            return found.expand(write)
    return None
