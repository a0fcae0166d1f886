"""A line of a table of options."""

from __future__ import annotations

from dataclasses import dataclass

from markup import prose

from genrekit.cli.option_text import OptionText


@dataclass(frozen=True)
class Row:
    """One option, as Markdown."""

    name: str
    type: str
    default: str
    meaning: str


def option_row(option: OptionText) -> Row:
    """A line of a table of options."""
    type_ = ", ".join(filter(None, (_code_or_words(option.type), _bounds(option.bounds))))
    default = option.default if option.default in {"none", "required"} else f"`{option.default}`"
    return Row(f"`{option.name}`", type_, default, prose(option.description))


def _code_or_words(type_: str) -> str:
    return " or ".join(f"`{part}`" if part.startswith('"') else prose(part) for part in type_.split(" or "))


def _bounds(bounds: str) -> str:
    if bounds.startswith("matches "):
        return f"matches `{bounds.removeprefix('matches ')}`"
    return prose(bounds).replace(">=", "≥").replace(r"\<=", "≤")
