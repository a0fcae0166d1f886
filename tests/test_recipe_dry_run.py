from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import small_components
from test_recipe_load import SHORT, loaded

from genrekit.component import FeatureShape
from genrekit.errors import RecipeError
from genrekit.recipe import Recipe
from genrekit.recipe.dry_run import DryRun, dry_run

torch = pytest.importorskip("torch")


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recipe:
    """Eight bands of ten stretches, sixteen hidden units, plain gradient descent."""
    optimizer = torch.optim.SGD
    monkeypatch.setattr(small_components.Descent, "build", lambda self, parameters: optimizer(parameters, self.lr))
    return loaded(SHORT.replace("constant", "dense"), folder=tmp_path)


def test_shapes_and_parameters(recipe: Recipe) -> None:
    weights = 80 * 16 + 16 + 16 * 5 + 5
    assert dry_run(recipe, classes=5) == DryRun(30 * 22050, FeatureShape(1, 8, 10), 1, weights)


def _breaks(recipe: Recipe, component: type, method: str, result: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    def build(*_: Any) -> Any:
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(component, method, build)
    with pytest.raises(RecipeError) as caught:
        dry_run(recipe, classes=5)
    return str(caught.value)


class Gives(torch.nn.Module):
    """Answers everything with zeros, or another number, of one shape."""

    def __init__(self, *shape: int, value: float = 0.0) -> None:
        super().__init__()
        self.answer = torch.full(shape, value)

    def forward(self, _: torch.Tensor) -> torch.Tensor:
        return self.answer


@pytest.mark.parametrize(
    ("component", "result", "said"),
    [
        (small_components.Energy, OSError("no file"), "[features] energy does not work: OSError: no file"),
        (
            small_components.Energy,
            Gives(1, 1, 8, 11),
            "[features] energy does not work: ValueError: it gives features of shape [1, 8, 11], not [1, 8, 10]",
        ),
        (
            small_components.Energy,
            Gives(1, 1, 8, 10, value=float("nan")),
            "[features] energy does not work: ValueError: it answers silence with numbers that are not finite",
        ),
        (small_components.Dense, KeyError("size"), "[model] dense does not work: KeyError: 'size'"),
        (
            small_components.Dense,
            Gives(1, 4),
            "[model] dense does not work: ValueError: it gives logits of shape [1, 4], not [1, 5]",
        ),
        (
            small_components.Dense,
            Gives(1, 5, value=float("inf")),
            "[model] dense does not work: ValueError: it answers silence with numbers that are not finite",
        ),
        (small_components.Descent, ValueError("lr"), "[train.optimizer] descent does not work: ValueError: lr"),
    ],
)
def test_what_does_not_work_is_named(
    recipe: Recipe, component: type, result: Any, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _breaks(recipe, component, "build", result, monkeypatch) == said


def test_features_that_promise_no_shape_need_four_dimensions(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_components.Energy, "output_shape", lambda _: None)
    said = _breaks(recipe, small_components.Energy, "build", Gives(1, 80), monkeypatch)
    assert said.endswith("it gives features of shape [80], not [channels, bins, frames]")


def test_a_scheduler_that_does_not_work(tmp_path: Path, recipe: Recipe) -> None:
    text = SHORT.replace("constant", "dense").replace("} }", '}, scheduler = { use = "steps" } }')
    with pytest.raises(RecipeError, match=r"\[train.scheduler\] steps does not work: NotImplementedError"):
        dry_run(loaded(text, folder=tmp_path), classes=5)


def test_a_model_that_finds_the_number_of_classes_impossible(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    said = _breaks(recipe, small_components.Dense, "check", ValueError("one class too many"), monkeypatch)
    assert said == "[model] dense does not work: ValueError: one class too many"


def test_a_loss_for_each_example_is_wanted(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    said = _breaks(recipe, small_components.Gap, "build", lambda logits, targets: logits.sum(), monkeypatch)
    assert said.endswith("it gives losses of shape [], not one for each of 5 examples")


def test_a_model_of_fixed_length_is_not_trained_on_crops(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    """`Dense` flattens its ten frames; cut to six, they do not fit."""

    class Six(small_components.Louder):
        """Cuts to six frames."""

        resizes = True

        def draw(self, rng: Any, shape: tuple[int, ...]) -> dict[str, float]:
            return {"start": rng.uniform()}

        def apply(self, batch: Any, draws: dict[str, Any]) -> Any:
            return batch[..., :6]

    with pytest.raises(RecipeError, match="it does not take the 6 frames that 'louder' leaves in training"):
        dry_run(recipe.model_copy(update={"augment": [Six()]}), classes=5)
    assert dry_run(recipe, classes=5).shape == FeatureShape(1, 8, 10)
