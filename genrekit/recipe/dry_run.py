"""Whether a recipe's components work together: built, and asked about silence, before any audio is read."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from genrekit import fitted
from genrekit.component import Augmenter, FeatureShape, FittedModel, Mixer
from genrekit.errors import GenrekitError, RecipeError

if TYPE_CHECKING:
    import torch

    from genrekit.recipe.model import Recipe

T = TypeVar("T")


@dataclass(frozen=True)
class DryRun:
    """``samples`` is the length of a window; ``parameters`` counts those that training changes, of all ``networks``."""

    samples: int
    shape: FeatureShape
    networks: int
    parameters: int


def dry_run(recipe: Recipe, classes: int) -> DryRun:
    """Build everything that training needs and run one zero waveform through it.

    Raises `RecipeError`, and `PluginError` where an augmenter returns what it may not.
    """
    import torch

    recipe = fitted.resolve(recipe)
    with torch.no_grad():
        features = _attempt("features", recipe.features.use, lambda: _features(recipe))
        shape = FeatureShape(*features.shape[1:])
        models = [_checked(recipe, seen, classes) for seen in _seen(features, recipe.train.ensemble_channels)]
        try_augmenters(recipe.augment, features, recipe.train.ensemble_channels)
        _attempt("train.loss", recipe.train.loss.use, lambda: _loss(recipe, classes))
    if not isinstance(recipe.model, FittedModel):
        _training(recipe, models[0])
    members = [models[number % len(models)] for number in range(recipe.train.ensemble_size)]
    return DryRun(recipe.features.window_samples(), shape, len(members), sum(map(_trained, members)))


def _attempt(section: str, use: str, action: Callable[[], T]) -> T:
    try:
        return action()
    except GenrekitError:
        raise
    except Exception as error:
        raise RecipeError(f"[{section}] {use} does not work: {type(error).__name__}: {error}") from error


def _features(recipe: Recipe) -> torch.Tensor:
    import torch

    features: torch.Tensor = recipe.features.build().eval()(torch.zeros(1, recipe.features.window_samples()))
    promised = recipe.features.output_shape()
    if features.ndim != 4 or promised not in {None, tuple(features.shape[1:])}:
        want = list(promised) if promised else "[channels, bins, frames]"
        raise ValueError(f"it gives features of shape {list(features.shape[1:])}, not {want}")
    return _finite(features)


def _seen(features: torch.Tensor, named: Sequence[Sequence[int]] | None) -> list[torch.Tensor]:
    """What the first, second … network sees of ``features``. `RecipeError` where they have not that many channels."""
    from genrekit.ensemble import picked, refuse_channels_beyond

    refuse_channels_beyond(FeatureShape(*features.shape[1:]), named)
    return [features] if named is None else [picked(features, channels) for channels in named]


def _checked(recipe: Recipe, features: torch.Tensor, classes: int) -> torch.nn.Module:
    model = _attempt("model", recipe.model.use, lambda: _model(recipe, features, classes))
    _attempt("model", recipe.model.use, lambda: _resized(recipe, model, features))
    return model


def _trained(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)


def _model(recipe: Recipe, features: torch.Tensor, classes: int) -> torch.nn.Module:
    shape = FeatureShape(*features.shape[1:])
    recipe.model.check(shape, classes)
    model = recipe.model.build(shape, classes).eval()
    logits = _finite(model(features))
    if list(logits.shape) != [1, classes]:
        raise ValueError(f"it gives logits of shape {list(logits.shape)}, not [1, {classes}]")
    return model


def _resized(recipe: Recipe, model: torch.nn.Module, features: torch.Tensor) -> None:
    """Run the model on features of the length that it trains on, where augmenters change that."""
    from genrekit.augmentation import augment
    from genrekit.randomness import generator

    resizing = [augmenter for augmenter in recipe.augment if augmenter.resizes and augmenter.on == "features"]
    for augmenter in resizing:
        features = augment(features, augmenter, [generator(recipe.seed, "dry run")])
    if resizing:
        try:
            model(features)
        except RuntimeError as error:
            left = f"the {features.shape[-1]} frames that '{resizing[-1].use}' leaves in training"
            raise ValueError(f"it does not take {left}: {error}") from error


def try_augmenters(
    augmenters: Iterable[Augmenter], features: torch.Tensor, named: Sequence[Sequence[int]] | None = None
) -> None:
    """Change what each network sees of features as training does, one after the other, and build test-time variants.

    Raises `RecipeError` where one does not work or a network's channel is not there, `PluginError` where one returns
    what it may not.
    """
    from genrekit.views import views_of

    chain = [augmenter for augmenter in augmenters if augmenter.on == "features"]
    shape = FeatureShape(*features.shape[1:])
    for augmenter in chain:
        _attempt("augment", augmenter.use, functools.partial(views_of, [augmenter], shape))
    for seen in _seen(features, named):
        changed = seen
        for augmenter in chain:
            changed = _attempt("augment", augmenter.use, functools.partial(_changed, augmenter, changed))


def _changed(augmenter: Augmenter, features: torch.Tensor) -> torch.Tensor:
    from genrekit.augmentation import augment, mix
    from genrekit.randomness import generator

    rng = generator(0, "dry run")
    if isinstance(augmenter, Mixer):
        return mix(features, augmenter, features, [rng], [0])[0]
    return augment(features, augmenter.model_copy(update={"probability": 1.0}), [rng])


def _loss(recipe: Recipe, classes: int) -> None:
    import torch

    losses = recipe.train.loss.build([1] * classes, classes)(torch.zeros(classes, classes), torch.eye(classes))
    if list(losses.shape) != [classes]:
        raise ValueError(f"it gives losses of shape {list(losses.shape)}, not one for each of {classes} examples")
    if not losses.isfinite().all():
        raise ValueError("it gives losses that are not finite")


def _finite(values: torch.Tensor) -> torch.Tensor:
    if not values.isfinite().all():
        raise ValueError("it answers silence with numbers that are not finite")
    return values


def _training(recipe: Recipe, model: torch.nn.Module) -> None:
    from genrekit.training.rates import build_optimizer

    train = recipe.train
    optimizer = _attempt(
        "train.optimizer", train.optimizer.use, lambda: build_optimizer(train.optimizer, recipe.model, model)
    )
    if train.scheduler:
        scheduler = train.scheduler
        _attempt("train.scheduler", scheduler.use, lambda: scheduler.build(optimizer, train.epochs, 1))
