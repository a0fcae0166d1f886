"""Any bytes are a valid recipe or a list of problems, each with its place: guided by coverage, with atheris.

    python tests/fuzz/fuzz_recipe.py [-max_total_time=60] [-runs=1000] [CORPUS]

Options are libFuzzer's. Starts from the recipes of examples/ and the mistakes of tests/golden/ unless told otherwise;
what breaks it is left beside as crash-… to be looked at.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["genrekit.recipe", "tomllib"]):
    import tomllib

    from genrekit.errors import RecipeError
    from genrekit.plugins import installed
    from genrekit.recipe import load

ROOT = Path(__file__).parent.parent.parent
PLUGINS = installed()
FOLDER = tempfile.TemporaryDirectory(prefix="genrekit-fuzz-")
RECIPE = Path(FOLDER.name) / "recipe.toml"


def one(content: bytes) -> None:
    """Raises whatever is neither a recipe nor a `RecipeError` whose every problem says where it is."""
    RECIPE.write_bytes(content)
    try:
        load(RECIPE, (), PLUGINS)
    except RecipeError as error:
        for problem in error.problems:
            assert problem.what
            assert problem.where is not None
            assert problem.where.startswith(str(RECIPE)), problem.where
            str(problem)


def seeds(folder: Path) -> None:
    """Recipes that load, recipes that do not, and options as a dictionary for libFuzzer."""
    for path in [*ROOT.glob("examples/*.toml"), *ROOT.glob("tests/golden/*.toml")]:
        (folder / path.name).write_bytes(path.read_bytes())
    words = {word for path in folder.iterdir() for word in tables(tomllib_or_nothing(path))}
    lines = [f'"{word}"' for word in sorted(words) if word.isidentifier()]
    (folder.parent / "words").write_text("\n".join(lines) + "\n")


def tomllib_or_nothing(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError:
        return {}


def tables(table: dict[str, object]) -> set[str]:
    inner = [tables(value) for value in table.values() if isinstance(value, dict)]
    return set(table).union(*inner)


def main() -> None:
    given = sys.argv[1:]
    corpus = Path(FOLDER.name) / "corpus"
    corpus.mkdir()
    seeds(corpus)
    mine = [] if any(not option.startswith("-") for option in given) else [str(corpus)]
    words = Path(FOLDER.name) / "words"
    atheris.Setup([sys.argv[0], f"-dict={words}", "-max_len=4096", "-timeout=60", *given, *mine], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
