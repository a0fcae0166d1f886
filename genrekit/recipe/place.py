"""What Pydantic's error locations stand for in a recipe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args

from pydantic import BaseModel

from genrekit.component import Component
from genrekit.recipe.model import kind_of

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """A place in a recipe: its path as written there, the value found, and the type that the value is to become."""

    path: Path
    value: Any
    annotation: Any
    description: str | None = None

    @property
    def kind(self) -> str | None:
        """The kind of component that belongs here."""
        return kind_of(self.annotation)

    @property
    def owner(self) -> type[BaseModel] | None:
        """The class that reads the table found here, if its name tells which."""
        models = list(_models(self.annotation))
        if self.kind:
            name = self.value.get("use") if isinstance(self.value, dict) else None
            models = [model for model in models if issubclass(model, Component) and model.name() == name]
        return models[0] if len(models) == 1 else None

    @property
    def options(self) -> list[str]:
        """The keys that the table found here may have."""
        return [name for name in self.owner.model_fields if name != "use"] if self.owner else []

    @property
    def possible_options(self) -> set[str]:
        """The keys that the table found here may have or, where there is none yet, those of any that may stand here."""
        if self.value is not None or not self.kind:
            return set(self.options)
        return {name for model in _models(self.annotation) for name in model.model_fields if name != "use"}

    def step(self, part: str | int) -> Place:
        """The place one key or index further; ``self`` where Pydantic names a branch of a union, which nobody wrote."""
        field = self.owner.model_fields.get(str(part)) if self.owner and isinstance(self.value, dict) else None
        if field:
            return Place((*self.path, part), _child(self.value, part), field.annotation, field.description)
        if _child(self.value, part) is None:
            return self
        return replace(self, path=(*self.path, part), value=_child(self.value, part))


def find(model: type[BaseModel], data: Any, loc: Path) -> Place:
    """The place that an error's ``loc`` names."""
    place, parts = Place((), data, model), iter(loc)
    for part in parts:
        place = place.step(part)
        if place.kind and isinstance(place.value, dict):
            # Here Pydantic puts the union's tag, which nobody wrote either.
            next(parts, None)
    return place


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    # A named type is looked into once: within itself, its name stands alone.
    for argument in get_args(getattr(annotation, "__value__", annotation)):
        yield from _models(argument)


def _child(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None
