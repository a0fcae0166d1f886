"""Writes ``genrekit_timm/names.txt`` from the installed timm: ``python generate_names.py``."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

LIST = Path(__file__).parent / "genrekit_timm" / "names.txt"


def text() -> str:
    """One architecture a line, with the tags of its pretrained weights after it."""
    import timm

    tags = defaultdict(list)
    for name in timm.list_pretrained():
        architecture, _, tag = name.partition(".")
        tags[architecture].append(tag)
    lines = [" ".join([name, *tags[name]]).strip() for name in timm.list_models()]
    return "\n".join([f"# timm {timm.__version__}", *lines]) + "\n"


if __name__ == "__main__":
    LIST.write_text(text(), encoding="utf-8")
