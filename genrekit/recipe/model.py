"""The recipe as a Pydantic model, with the installed components filled in."""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Field, create_model
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
    Loss,
    Model,
    Optimizer,
    Scheduler,
    Splitter,
)
from genrekit.options import Options
from genrekit.registry import Registry


class Section(Options):
    """A table of the recipe that belongs to the core."""

    def __eq__(self, other: object) -> bool:
        """Whether all options are equal, even if other plugins were installed when the other was read."""
        return isinstance(other, Section) and dict(self) == dict(other)


class StopEarly(Section):
    """When to stop before the last epoch."""

    metric: str = Field("macro_f1", description="the validation figure that must improve")
    patience: int = Field(5, ge=1, description="epochs without improvement after which training stops")


class Train(Section):
    """How the model is trained."""

    epochs: int = Field(50, ge=1, description="the largest number of passes over the training clips")
    batch_size: int = Field(32, ge=1, description="training examples in a step")
    loss: Loss = Field(description="what training lowers; decides whether clips have one label or several")
    optimizer: Optimizer = Field(description="how weights follow gradients")
    scheduler: Scheduler | None = Field(None, description="how the learning rate changes; none keeps it constant")
    keep: str = Field("macro_f1", description="the validation figure whose best epoch is kept")
    stop_early: StopEarly | None = Field(None, description="when to stop before the last epoch; none never stops")
    precision: Literal["auto", "float32", "bf16"] = Field(
        "auto", description="arithmetic of the model; auto is bf16 where the hardware computes it, else float32"
    )
    threads: int | None = Field(
        None, ge=1, description="CPU threads of the model's arithmetic; results depend on it. none: all usable CPUs"
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field("auto", description="where the model is trained")


class Recipe(Section):
    """Everything that decides a run's result."""

    name: str = Field(pattern=r"^[\w][\w.-]*$", description="names the run folder: letters, digits, '.', '_' and '-'")
    seed: int = Field(0, ge=0, lt=2**63, description="decides every random draw")
    split_seed: int | None = Field(
        None, ge=0, lt=2**63, description="decides what the splitter draws, so that seeds can share a split; none: seed"
    )
    dataset: Dataset = Field(description="where clips and labels come from")
    split: Splitter = Field(description="which clips train, validate and test")
    features: FeatureExtractor = Field(description="what the model sees")
    augment: list[Augmenter] = Field([], description="random changes of training clips, in this order")
    model: Model = Field(description="from features to logits")
    train: Train = Field(description="how the model is trained")
    evaluate: list[Evaluator] = Field(description="figures and pictures")
    executor: Executor = Field(description="where preprocessing runs")


S = TypeVar("S", bound=Section)


def recipe_model(registry: Registry) -> type[Recipe]:
    """`Recipe` with each kind replaced by the union of its installed components, discriminated on ``use``."""
    train = _filled(Train, registry)
    ready = not any(field.is_required() for field in train.model_fields.values())
    field = _field(Recipe.model_fields["train"], train if ready else None)
    return _filled(Recipe, registry, train=(train, field))


def _filled(section: type[S], registry: Registry, **fields: Any) -> type[S]:
    for name, field in section.model_fields.items():
        kind = kind_of(field.annotation)
        if kind:
            union = component_union(registry, kind)
            fields[name] = (_replaced(field.annotation, union), _field(field, registry.default(kind)))
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


def component_union(registry: Registry, kind: str) -> Any:
    """The type of "any installed component of this kind"."""
    members = tuple(entry.component for entry in registry.entries(kind))
    if not members:
        return Annotated[KINDS[kind], BeforeValidator(_nothing_installed)]
    # One member alone is discriminated too: recipes stay valid, and errors alike, when a second one is installed.
    return Annotated[Union[members], Field(discriminator="use")]  # noqa: UP007


def _nothing_installed(_: object) -> Component:
    raise PydanticCustomError("union_tag_invalid", "no such plugin")
