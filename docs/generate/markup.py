"""Text that Markdown shows as it was meant."""

from __future__ import annotations

import re

_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
"""A code span: as many backticks at its end as at its beginning."""


def prose(text: str) -> str:
    """``text`` with what would be read as markup escaped, except in code spans."""
    out, end = [], 0
    for span in _CODE.finditer(text):
        out += [_escaped(text[end : span.start()]), span[0]]
        end = span.end()
    return "".join([*out, _escaped(text[end:])])


def _escaped(text: str) -> str:
    return re.sub(r"([\\<*\[\]])", r"\\\1", text)


def cell(text: str) -> str:
    """``text`` on one line of a table; a bar would end the cell, even within code."""
    return " ".join(text.split()).replace("|", r"\|")


def anchor(heading: str) -> str:
    """What GitHub turns a heading into, for links to it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
