"""Writes a page for each kind of component: ``python docs/generate/plugin_pages.py [FOLDER]``."""

from __future__ import annotations

import sys
from pathlib import Path

import jinja2
from markup import cell

from genrekit.claims import HOOK_OF_KIND
from genrekit.component import KINDS
from genrekit.new_plugin import WORDS, NewPlugin
from genrekit.testing.contract import CHECKS

HERE = Path(__file__).parent

EXAMPLES = {
    "dataset": "class-folders",
    "splitter": "whole-groups",
    "features": "band-energies",
    "augmenter": "shift",
    "model": "pooled-statistics",
    "loss": "focal",
    "optimizer": "rmsprop",
    "scheduler": "polynomial",
    "evaluator": "top-k",
    "executor": "plain-threads",
}
"""Kind -> what the example on its page is called."""

PLURALS = {"features": "features", "loss": "losses"}


def pages() -> dict[str, str]:
    """File name -> text."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(cell=cell)
    return {f"{kind}.md": _page(kind, environment) for kind in KINDS}


def _page(kind: str, environment: jinja2.Environment) -> str:
    plugin = NewPlugin.of(EXAMPLES[kind], [kind])
    (part,) = plugin.parts
    words = WORDS[kind]
    return (
        environment.get_template("plugin_kind.md")
        .render(
            kind=kind,
            title=f"Plugins: {PLURALS.get(kind, words + 's')}",
            prose=(HERE / "kinds" / f"{kind}.md").read_text(encoding="utf-8").strip(),
            base=KINDS[kind].__name__,
            hook=HOOK_OF_KIND[kind],
            checks=CHECKS[kind],
            file=f"my_{kind}.py",
            name=plugin.name,
            cls=part.cls,
            code=f"{plugin.files()[f'{plugin.package}/{kind}.py']}\n\n{_hook(part.hook, part.cls)}",
        )
        .strip()
        + "\n"
    )


def _hook(hook: str, cls: str) -> str:
    return f"@genrekit.hookimpl\ndef {hook}(register):\n    register({cls})"


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "plugins"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
