"""The recipe as a Pydantic model, with the installed components filled in."""

from __future__ import annotations

from types import UnionType
from typing import Annotated, Any, Literal, Self, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Field, create_model, field_validator, model_validator
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
from genrekit.recipe_table import RecipeTable
from genrekit.registry import Registry


class Section(Options):
    """A table of the recipe that belongs to the core."""

    def __eq__(self, other: object) -> bool:
        """Whether all options are equal, even if other plugins were installed when the other was read."""
        return isinstance(other, Section) and self._given() == other._given()

    def _given(self) -> dict[str, Any]:
        """The options that are not none: a table that a plugin could have brought, and did not, is no difference."""
        return {name: value for name, value in self if value is not None}


class StopEarly(Section):
    """When to stop before the last epoch."""

    metric: str = Field("macro_f1", description="the validation figure that must improve")
    patience: int = Field(5, ge=1, description="epochs without improvement after which training stops")


class Average(Section):
    """Average weights over training; the averaged ones are evaluated, kept and exported."""

    kind: Literal["exponential", "equal"] = Field(
        "exponential",
        description="exponential: of every step, recent ones most (EMA). equal: of every epoch, all the same (SWA)",
    )
    decay: float = Field(
        0.999, ge=0, lt=1, description="share of an exponential average that a step keeps; less in the first steps"
    )
    from_epoch: int = Field(1, ge=1, description="the first epoch whose weights count")


class Train(Section):
    """How the model is trained."""

    epochs: int = Field(50, ge=1, description="the largest number of passes over the training clips")
    batch_size: int = Field(32, ge=1, description="training examples in a step")
    micro_batch_size: int | None = Field(
        None,
        ge=1,
        description="the most examples that go through the model at once, where a batch does not fit into memory; "
        "gradients add up to the batch's, but batch normalisation sees the smaller ones. none: batch_size",
    )
    ensemble_size: int = Field(
        1,
        ge=1,
        le=100,
        description="networks trained side by side, each with first weights, an order and draws of its own; the mean "
        "of their logits is the answer. Training and predicting take so many times as long",
    )
    sampling: Literal["shuffled", "balanced"] = Field(
        "shuffled",
        description="shuffled: an epoch is each example once. balanced: as many, but equally many of each class",
    )
    epoch_size: int | None = Field(
        None,
        ge=1,
        description="training examples in an epoch, so that one schedule serves small and large data sets: of few "
        "examples each comes several times, augmented anew, of many not each in every epoch. none: each once",
    )
    loss: Loss = Field(description="what training lowers; decides whether clips have one label or several")
    optimizer: Optimizer = Field(description="how weights follow gradients")
    scheduler: Scheduler | None = Field(None, description="how the learning rate changes; none keeps it constant")
    clip_gradients: float | None = Field(
        None, gt=0, description="longer gradients (L2 norm over all weights) are shortened to this; none: never"
    )
    average: Average | None = Field(None, description="average weights over training; none: the last step's count")
    keep: str = Field(
        "macro_f1", description='the validation figure whose best epoch is kept; "last": the last epoch, whatever it is'
    )
    evaluate_every: int = Field(1, ge=1, description="epochs from one validation to the next; the last is validated")
    stop_early: StopEarly | None = Field(None, description="when to stop before the last epoch; none never stops")
    precision: Literal["auto", "float32", "bf16"] = Field(
        "auto", description="arithmetic of the model; auto is bf16 where the hardware computes it, else float32"
    )
    threads: int | None = Field(
        None,
        ge=1,
        le=512,
        description="CPU threads of the model's arithmetic; results depend on it. none: all usable CPUs",
    )
    device: Literal["auto", "cpu", "cuda", "mps"] = Field("auto", description="where the model is trained")
    deterministic: bool = Field(
        False,
        description="refuse what a GPU leaves to chance, so that the same recipe gives the same bits on it, more "
        "slowly; a CPU does so in any case",
    )

    @model_validator(mode="after")
    def _something_is_averaged(self) -> Self:
        if self.average and self.average.from_epoch > self.epochs:
            raise ValueError(
                f"average.from_epoch = {self.average.from_epoch} is beyond the last epoch, {self.epochs}: "
                "no weights would be averaged"
            )
        return self


class Checkpoint(Section):
    """How often a run writes down where it stands, so that `genrekit run --resume` can go on from there."""

    every_minutes: float = Field(
        10.0, ge=0, description="minutes of an epoch after which it is written within it, too; 0: only after each epoch"
    )


class Answers(Section):
    """What the finished model answers. What is fitted is fitted on the validation part."""

    temperature: bool = Field(
        True, description="divide logits by a fitted temperature, so that of answers 70 % sure, about 70 % are right"
    )
    overlap: float = Field(
        0.0,
        ge=0,
        le=0.95,
        description="the share of a window that the next one has too, where a longer clip is evaluated or predicted: "
        "its answer is the mean over more windows. Windows that are trained on do not overlap",
    )
    abstain_below: float | None = Field(
        None, ge=0, lt=1, description="probability below which `genrekit predict` does not answer; none: it always does"
    )
    abstain_accuracy: float | None = Field(
        None, gt=0, le=1, description="choose abstain_below: the lowest with this share right among the answered"
    )
    thresholds: Literal["fitted"] | float = Field(
        "fitted",
        description="where clips have several labels: the probability from which on a label is given; "
        "fitted: for each label the one with its highest F1",
    )

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if self.abstain_below is not None and self.abstain_accuracy is not None:
            raise ValueError("abstain_below and abstain_accuracy are two ways to set one threshold: keep one")
        if isinstance(self.thresholds, float) and not 0 < self.thresholds < 1:
            raise ValueError("thresholds must be above 0 and below 1")
        return self


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

    @field_validator("name")
    @classmethod
    def _leaves_latest_free(cls, name: str) -> str:
        if name == "latest":
            raise ValueError("cannot be latest: runs/latest leads to the newest run")
        return name


S = TypeVar("S", bound=Section)


def recipe_model(registry: Registry) -> type[Recipe]:
    """`Recipe` with each kind replaced by the union of its installed components, discriminated on ``use``.

    Plugins' own tables come after the core's.
    """
    train = _filled(Train, registry)
    ready = not any(field.is_required() for field in train.model_fields.values())
    field = _field(Recipe.model_fields["train"], train if ready else None)
    return _filled(Recipe, registry, train=(train, field), **_tables(registry))


def _tables(registry: Registry) -> dict[str, Any]:
    """A field for each table of a plugin. One that is not written is none, whatever its options' defaults."""
    return {
        entry.table.name(): (entry.table | None, Field(None, description=_first_line(entry.table)))
        for entry in registry.tables.entries()
    }


def _first_line(table: type[RecipeTable]) -> str:
    return (table.__dict__.get("__doc__") or table.name()).strip().partition("\n")[0]


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
