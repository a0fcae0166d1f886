"""The recipe as a Pydantic model, with the installed components filled in."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar, Union

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model
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
    Optimizer,
    Scheduler,
    Splitter,
)
from genrekit.registry import Registry


class Section(BaseModel):
    """A table of the recipe that belongs to the core."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class StopEarly(Section):
    """When to stop before the last epoch."""

    metric: str = Field("macro_f1", description="the validation figure that must improve")
    patience: int = Field(5, ge=1, description="epochs without improvement after which training stops")


class Train(Section):
    """How the model is trained."""

    epochs: int = Field(50, ge=1, description="the largest number of passes over the training clips")
    batch_size: int = Field(32, ge=1, description="training examples in a step")
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
    dataset: Dataset = Field(description="where clips and labels come from")
    split: Splitter = Field(description="which clips train, validate and test")
    features: FeatureExtractor = Field(description="what the model sees")
    augment: list[Augmenter] = Field([], description="random changes of training clips, in this order")
    model: Model = Field(description="from features to logits")
    train: Train = Field(description="how the model is trained")
    evaluate: list[Evaluator] = Field(description="figures and pictures")
    executor: Executor = Field(description="where preprocessing runs")


S = TypeVar("S", bound=Section)

KIND_OF_FIELD = {
    "dataset": "dataset",
    "split": "splitter",
    "features": "features",
    "augment": "augmenter",
    "model": "model",
    "optimizer": "optimizer",
    "scheduler": "scheduler",
    "evaluate": "evaluator",
    "executor": "executor",
}


def recipe_model(registry: Registry) -> type[Recipe]:
    """`Recipe` with each kind replaced by the union of its installed components, discriminated on ``use``."""
    train = _filled(Train, registry)
    extra: dict[str, Any] = {"train": (train, _train_field(train))}
    return _filled(Recipe, registry, extra)


def _train_field(train: type[Train]) -> Any:
    """The recipe's ``train``: left out, it is all defaults where those exist."""
    if any(field.is_required() for field in train.model_fields.values()):
        return Field(description="how the model is trained")
    return Field(default_factory=lambda: train(), description="how the model is trained")


def _filled(section: type[S], registry: Registry, extra: dict[str, Any] | None = None) -> type[S]:
    fields: dict[str, Any] = {}
    for name, info in section.model_fields.items():
        if name not in KIND_OF_FIELD:
            continue
        kind = KIND_OF_FIELD[name]
        union: Any = component_union(registry, kind)
        default = registry.default(kind)
        if name in {"augment", "evaluate"}:
            given = default() if name == "evaluate" and default else None
            factory = (lambda given=given: [given]) if given else (list if name == "augment" else None)
            fields[name] = (list[union], _field(factory, info.description))
        elif name == "scheduler":
            fields[name] = (union | None, Field(None, description=info.description))
        else:
            fields[name] = (union, _field(default, info.description))
    return create_model(section.__name__, __base__=section, __doc__=section.__doc__, **fields, **(extra or {}))


def _field(factory: Any, description: str | None) -> Any:
    return Field(default_factory=factory, description=description) if factory else Field(description=description)


def component_union(registry: Registry, kind: str) -> Any:
    """The type of "any installed component of this kind"."""
    members = tuple(entry.component for entry in registry.entries(kind))
    if not members:
        return Annotated[KINDS[kind], _nothing_installed(kind)]
    if len(members) == 1:
        return members[0]
    return Annotated[Union[members], Field(discriminator="use")]  # noqa: UP007


def _nothing_installed(kind: str) -> Any:
    def refuse(value: object) -> Component:
        raise PydanticCustomError("no_component", f"no {kind} plugin is installed")

    return BeforeValidator(refuse)
