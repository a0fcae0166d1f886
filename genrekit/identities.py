"""What components lead to beside their options (weights in a folder, say): a run goes on with just that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from genrekit.component import Component
from genrekit.errors import TrainingError
from genrekit.recipe import Recipe
from genrekit.run_folder import RunFolder

FILE = "identities.json"


def identities(recipe: Recipe) -> dict[str, dict[str, Any]]:
    """Place in the recipe -> `Component.identity`, of the components whose options alone do not decide their results.

    Raises `GenrekitError` where one leads to something that is not there.
    """
    found = {place: component.identity() for place, component in _components(recipe)}
    plain = {place: component.model_dump(mode="json") for place, component in _components(recipe)}
    return {place: identity for place, identity in found.items() if identity != plain[place]}


def _components(recipe: Recipe) -> Iterator[tuple[str, Component]]:
    for table, prefix in ((recipe, ""), (recipe.train, "train.")):
        for name, value in table:
            for component in value if isinstance(value, list) else [value]:
                if isinstance(component, Component):
                    yield f"{prefix}{name} {component.use}", component


def settle(folder: RunFolder, recipe: Recipe, first: bool) -> None:
    """Write them down, or compare them with what is written. `TrainingError` where the run began with others.

    ``first`` is whether this process writes.
    """
    now, path = identities(recipe), folder.path / FILE
    if not path.exists():
        if now and first:
            folder.write_json(FILE, now)
        return
    before = json.loads(path.read_text(encoding="utf-8"))
    changed = [place for place in {**before, **now} if before.get(place) != now.get(place)]
    if changed:
        raise TrainingError(
            f"{' and '.join(changed)} is not what the run {folder.path} was started with",
            why="its options are the same, but not what they lead to: the files of its weights, say",
            hint="bring the files back, or start a new run",
        )
