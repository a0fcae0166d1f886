from __future__ import annotations

from typing import Any, Literal, get_args

import pytest

import genrekit
from genrekit.component import KINDS
from genrekit.plugins import Plugins
from genrekit.recipe import Recipe, Train, recipe_model
from genrekit.recipe.model import kind_of
from genrekit.registry import Entry, Registry


def test_every_kind_has_its_place_in_a_recipe() -> None:
    fields = [*Recipe.model_fields.values(), *Train.model_fields.values()]
    assert sorted(filter(None, (kind_of(field.annotation) for field in fields))) == sorted(KINDS)


@pytest.mark.parametrize("section", [Recipe, Train, *get_args(Train.model_fields["stop_early"].annotation)[:1]])
def test_every_option_of_the_core_is_described(section: Any, small: Plugins) -> None:
    assert all(field.description for field in section.model_fields.values())
    filled = recipe_model(small.registry)
    assert all(field.description for field in filled.model_fields.values())


def test_one_component_of_a_kind_is_told_by_its_name_too(small: Plugins) -> None:
    """A recipe must not become invalid when a second plugin of the kind is installed."""
    model = recipe_model(small.registry)
    splitters = small.registry.names("splitter")
    assert splitters == ["halves"]
    with pytest.raises(ValueError, match="union_tag_not_found"):
        model.model_validate({"split": {"validation": 0.5}})


def test_where_everything_has_a_default_train_may_be_left_out(small: Plugins) -> None:
    class Usual(genrekit.Optimizer):
        """The usual one."""

        use: Literal["usual"] = "usual"
        default = True

    small.registry.add("optimizer", Entry(Usual, "usual", "genrekit-usual"))
    sections = {"name": "x", "dataset": {"use": "noises"}, "features": {"use": "energy"}, "model": {"use": "constant"}}
    recipe = recipe_model(small.registry).model_validate(sections)
    assert recipe.train.optimizer == Usual()
    assert recipe.train.epochs == 50


def test_a_recipe_of_nothing_installed_says_so() -> None:
    with pytest.raises(ValueError, match="no such plugin"):
        recipe_model(Registry()).model_validate({"dataset": {"use": "tones"}})
