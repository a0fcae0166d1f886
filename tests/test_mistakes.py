"""What is said of the likeliest mistakes: golden/mistakes.out.

GENREKIT_WRITE_GOLDEN=1 writes the answers anew; read the difference before committing it, as the one who made the
mistake would: does it say what is wrong, where, and what to type?
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from mistakes import MISTAKES, RECIPE, Mistake

from genrekit.errors import RecipeError
from genrekit.recipe import load

GOLDEN = Path(__file__).parent / "golden" / "mistakes.out"


def said_of(mistake: Mistake) -> str:
    Path("songs.toml").write_text(mistake.made_in(RECIPE))
    with pytest.raises(RecipeError) as caught:
        load("songs.toml", mistake.overrides)
    return str(caught.value)


def test_every_mistake_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = "\n\n".join(f"# {mistake.what}\n{said_of(mistake)}" for mistake in MISTAKES) + "\n"
    if os.environ.get("GENREKIT_WRITE_GOLDEN"):
        GOLDEN.write_text(said)
    assert said == GOLDEN.read_text()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.what)
def test_where_it_is(mistake: Mistake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every message begins with the line, the option that was typed or, of what is nowhere, the file."""
    monkeypatch.chdir(tmp_path)
    first = said_of(mistake).splitlines()[0]
    assert re.match(r"songs\.toml:\d+: |--set[ :]|songs\.toml: '\w+' is missing", first)


def test_without_a_mistake_it_loads(tmp_path: Path) -> None:
    (tmp_path / "songs.toml").write_text(RECIPE)
    assert load(tmp_path / "songs.toml").name == "songs"
