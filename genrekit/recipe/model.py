"""The recipe as a Pydantic model, with the installed components filled in."""

from __future__ import annotations

import itertools
from collections.abc import Container, Iterable, Iterator
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Field, create_model, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from genrekit.component import (
    KINDS,
    Augmenter,
    Component,
    Dataset,
    Evaluator,
    Executor,
    FeatureExtractor,
    Model,
    Splitter,
)
from genrekit.errors import UnreadableError
from genrekit.recipe.sections import Answers, Checkpoint, Section, Train
from genrekit.recipe_table import RecipeTable
from genrekit.registry import Entry, Registry
from genrekit.tables import TableEntry
from genrekit.windows import Cutting, hop_of

T = TypeVar("T", bound=RecipeTable)


class Recipe(Section):
    """Everything that decides a run's result."""

    name: str = Field(pattern=r"^[\w][\w.-]*$", description="names the run folder: letters, digits, '.', '_' and '-'")
    seed: int = Field(0, ge=0, lt=2**63, description="decides every random draw")
    split_seed: int | None = Field(
        None, ge=0, lt=2**63, description="decides what the splitter draws, so that seeds can share a split; none: seed"
    )
    requires: list[str] = Field(
        [],
        description='distributions that it needs, such as "genrekit-wavelet>=1.2"; those of its components are added',
    )
    dataset: Dataset = Field(description="where clips and labels come from")
    split: Splitter = Field(description="which clips train, validate and test")
    features: FeatureExtractor = Field(description="what the model sees")
    augment: list[Augmenter] = Field([], description="random changes of training clips, in this order")
    model: Model = Field(description="from features to logits")
    train: Train = Field(description="how the model is trained")
    evaluate: list[Evaluator] = Field(description="figures and pictures")
    answers: Answers = Field(Answers(), description="what the finished model answers")
    checkpoint: Checkpoint = Field(Checkpoint(), description="how often a run writes down where it stands")
    executor: Executor = Field(description="where preprocessing runs")

    def table(self, wanted: type[T]) -> T | None:
        """The plugin's table of this class; None where the recipe has none."""
        return next((value for _, value in self if isinstance(value, wanted)), None)

    def cutting(self) -> Cutting:
        """How clips that are evaluated are cut into windows, and which of these count."""
        return Cutting(hop_of(self.features.window_samples(), self.answers.overlap), self.answers.within_db)

    @field_validator("name")
    @classmethod
    def _leaves_latest_free(cls, name: str) -> str:
        if name == "latest":
            raise ValueError("cannot be latest: runs/latest leads to the newest run")
        return name


S = TypeVar("S", bound=Section)


def recipe_model(registry: Registry, named: Container[str] | None = None) -> type[Recipe]:
    """`Recipe` with each kind replaced by the union of its installed components, discriminated on ``use``.

    Plugins' own tables come after the core's. Where ``named`` says what a recipe names, with ``use`` and as tables, the
    rest is left out, which is much faster: it reads that recipe alike if the recipe is valid.
    """
    train = _filled(Train, registry, named)
    ready = not any(field.is_required() for field in train.model_fields.values())
    field = _field(Recipe.model_fields["train"], train if ready else None)
    return _filled(Recipe, registry, named, train=(train, field), **_tables(registry, named))


def _tables(registry: Registry, named: Container[str] | None) -> dict[str, Any]:
    """A field for each table of a plugin. One that is not written is none, whatever its options' defaults."""
    return {
        table.name(): (table | None, Field(None, description=_first_line(table)))
        for table in _usable((entry for entry in registry.tables.entries() if _is_in(entry, named)), named)
    }


def _first_line(table: type[RecipeTable]) -> str:
    return (table.__dict__.get("__doc__") or table.name()).strip().partition("\n")[0]


def _filled(section: type[S], registry: Registry, named: Container[str] | None, **fields: Any) -> type[S]:
    for name, field in section.model_fields.items():
        kind = kind_of(field.annotation)
        if kind:
            union, default = component_union(registry, kind, named), registry.default(kind)
            if default not in _members(union):
                default = None
            fields[name] = (_replaced(field.annotation, union), _field(field, default))
    return create_model(section.__name__, __base__=section, __doc__=section.__doc__, **fields)


def kind_of(annotation: Any) -> str | None:
    """The kind of component that a field of this type holds, alone, optionally or in a list; None if it holds none."""
    if isinstance(annotation, type) and issubclass(annotation, Component):
        return annotation.kind
    return next(filter(None, map(kind_of, get_args(annotation))), None)


def _replaced(annotation: Any, union: Any) -> Any:
    """``annotation`` with its component base class replaced by ``union``."""
    if get_origin(annotation) is list:
        return list[union]
    return union | None if isinstance(annotation, UnionType) else union


def _field(field: FieldInfo, default: type[BaseModel] | None) -> Any:
    """A field that means the same; ``default`` is what a recipe that leaves out a required one gets."""
    if not field.is_required():
        return Field(field.default, description=field.description)
    if default is None:
        return Field(description=field.description)
    listed = get_origin(field.annotation) is list
    return Field(default_factory=(lambda: [default()]) if listed else default, description=field.description)


def component_union(registry: Registry, kind: str, named: Container[str] | None = None) -> Any:
    """The type of "any installed component of this kind", or any that is named or the default.

    Raises `UnreadableError` if the options of one that is named cannot be read; others like that are left out.
    """
    entries = list(registry.entries(kind))
    wanted = [entry for entry in entries if _is_in(entry, named) or entry.component.default]
    # Where nothing is named, one will do to make the error that then tells what there is.
    members = tuple(_usable(wanted, named)) or tuple(itertools.islice(_usable(entries), 1))
    if not members:
        return Annotated[KINDS[kind], BeforeValidator(_nothing_installed)]
    # One member alone is discriminated too: recipes stay valid, and errors alike, when a second one is installed.
    return Annotated[Union[members], Field(discriminator="use")]  # noqa: UP007


def _is_in(entry: Entry | TableEntry, named: Container[str] | None) -> bool:
    return named is None or entry.name in named


def _usable(entries: Iterable[Entry | TableEntry], named: Container[str] | None = None) -> Iterator[Any]:
    """The entries' classes. One whose options cannot be read is an error if it is named, else left out."""
    for entry in entries:
        try:
            found = entry.ready()
        except UnreadableError:
            if named is not None and entry.name in named:
                raise
            continue
        yield found


def _members(union: Any) -> tuple[Any, ...]:
    """The classes of a `component_union`."""
    inner, *_ = get_args(union)
    return get_args(inner) or (inner,)


def _nothing_installed(_: object) -> Component:
    raise PydanticCustomError("union_tag_invalid", "no such plugin")
