"""``requires``: the distributions that a recipe's components come from, so that a missing one can be named."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import metadata
from typing import TYPE_CHECKING, Any

from genrekit.component import Component
from genrekit.errors import Problem
from genrekit.plugins import Plugins, normal
from genrekit.recipe.source import Source

if TYPE_CHECKING:
    from genrekit.recipe.model import Recipe
    from genrekit.recipe.sections import Section

OWN = "genrekit"


def unmet(wanted: Any, plugins: Plugins, source: Source) -> Iterator[Problem]:
    """A problem for each requirement of a recipe that is not installed, or in another version, or cannot be read.

    What is no list of strings is left to the recipe's own validation.
    """
    for number, text in enumerate(wanted if isinstance(wanted, list) else []):
        if isinstance(text, str) and (found := _unmet(text, plugins)):
            spot = source.locate(("requires", number))
            what, hint = found
            yield Problem(what, spot.where, spot.text, hint=hint)


def _unmet(text: str, plugins: Plugins) -> tuple[str, str] | None:
    """What is wrong, and what to type."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return f"requires: '{text}' is not the name of a distribution", 'requires = ["genrekit-wavelet>=1.2"]'
    if requirement.url or requirement.extras or requirement.marker:
        return f"requires: '{text}' is more than a name and versions", f'requires = ["{requirement.name}"]'
    version = _installed_version(requirement.name, plugins)
    if version is None:
        return f"this recipe requires {requirement.name}, which is not installed", f'pip install "{requirement}"'
    if not requirement.specifier.contains(version, prereleases=True):
        return f"this recipe requires {requirement}; {version} is installed", f'pip install "{requirement}"'
    return None


def _installed_version(name: str, plugins: Plugins) -> str | None:
    for plugin in plugins.found:
        if normal(plugin.distribution) == normal(name):
            return plugin.version
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def with_requirements(recipe: Recipe, plugins: Plugins) -> Recipe:
    """The recipe, with those of its components and tables added to ``requires``; not genrekit's, nor local files."""
    local = {plugin.distribution for plugin in plugins.found if plugin.version == "local"}
    bringing = {plugins.registry.find(part.kind, part.use).distribution for part in _components(recipe)}
    bringing |= {entry.distribution for entry in plugins.registry.tables.entries() if recipe.table(entry.table)}
    needed = bringing - local - {OWN, "unknown"}
    if not needed:
        return recipe
    from packaging.requirements import Requirement

    stated = {normal(Requirement(text).name) for text in recipe.requires}
    new = sorted(name for name in needed if normal(name) not in stated)
    return recipe.model_copy(update={"requires": [*recipe.requires, *new]}) if new else recipe


def _components(section: Section) -> Iterator[Component]:
    from genrekit.recipe.sections import Section

    for value in dict(section).values():
        for element in value if isinstance(value, list) else [value]:
            if isinstance(element, Component):
                yield element
            elif isinstance(element, Section):
                yield from _components(element)
