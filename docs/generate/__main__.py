"""Writes the reference pages from what the code says of itself: ``python docs/generate [FOLDER]``."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import jinja2
from commands_page import commands
from hooks_page import events, given, hooks, kinds, others, suite, variants
from markup import anchor, cell, prose
from recipe_page import sections

from genrekit.plugins import load

HERE = Path(__file__).parent


def pages() -> dict[str, str]:
    """File name -> text."""
    registry = load().registry
    content: dict[str, dict[str, Any]] = {
        "recipe.md": {"sections": sections(registry)},
        "hooks.md": {"hooks": hooks(), "kinds": kinds(), "events": events(), "given": given(), "others": others()}
        | {"suite": suite(), "variants": variants()},
        "commands.md": {"commands": commands()},
    }
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(anchor=anchor, cell=cell, prose=prose)
    return {name: tidy(environment.get_template(name).render(values)) for name, values in content.items()}


def tidy(text: str) -> str:
    """``text`` without the blank lines that templates leave."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
