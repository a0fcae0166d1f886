"""Which run folder people mean: the folder itself, ``runs/NAME`` for its newest run, or ``runs/latest``."""

from __future__ import annotations

from pathlib import Path

from genrekit.errors import GenrekitError


def find_run(path: Path, hint: str) -> Path:
    """The run folder, or that of a series. `GenrekitError`, with ``hint`` as what to type, where there is none."""
    if path.name == "latest" and path.is_file() and path.stat().st_size < 4096:
        path = path.parent / path.read_text(encoding="utf-8", errors="replace").strip()
    for candidate in (path, Path("runs") / path):
        if (candidate / "recipe.toml").is_file():
            return candidate
        newest = max(candidate.glob("*/recipe.toml"), default=None, key=lambda found: found.parent.name)
        if newest:
            return newest.parent
    why = "a run folder holds recipe.toml; runs/NAME stands for its newest run"
    raise GenrekitError(f"there is no run at {path}", why=why, hint=hint)
