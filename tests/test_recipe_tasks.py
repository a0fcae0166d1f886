"""Recipes whose loss is for clips with several labels, and parts that are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
import small_components

import genrekit
from genrekit.errors import RecipeError
from genrekit.plugins import Plugins
from genrekit.recipe import load


class Gaps(genrekit.Loss):
    """How far each label's probability is from its target."""

    use: Literal["gaps"] = "gaps"
    multi_label: ClassVar[bool] = True


class Tags(genrekit.Evaluator):
    """The share of labels that are right."""

    use: Literal["tags"] = "tags"
    tasks: ClassVar[frozenset[Any]] = frozenset({"multi-label"})


class Both(genrekit.Evaluator):
    """Figures of anything."""

    use: Literal["both"] = "both"
    tasks: ClassVar[frozenset[Any]] = frozenset({"multi-label", "single-label"})


class Tagging:
    """A plugin for clips with several labels."""

    @genrekit.hookimpl
    def register_losses(self, register: Any) -> None:
        register(Gaps)

    @genrekit.hookimpl
    def register_evaluators(self, register: Any) -> None:
        register(Tags)
        register(Both)


RECIPE = """\
name = "tags"
dataset = { use = "tones", root = "." }
features = { use = "energy" }
model = { use = "dense" }

[train]
loss = { use = "gaps" }
optimizer = { use = "descent" }

[[evaluate]]
use = "tags"

[[evaluate]]
use = "both"
"""


@pytest.fixture
def tagging() -> Plugins:
    """The small components and those for several labels."""
    plugins = Plugins()
    plugins.add(small_components, "small", "genrekit-small", "1.0")
    plugins.add(Tagging(), "tagging", "genrekit-tagging", "1.0")
    return plugins


def loaded(text: str, folder: Path, plugins: Plugins) -> genrekit.Component | Any:
    path = folder / "tags.toml"
    path.write_text(text)
    return load(path, plugins=plugins)


def test_parts_of_one_task_are_fine(tagging: Plugins, tmp_path: Path) -> None:
    recipe = loaded(RECIPE + "\n[answers]\nthresholds = 0.3\n", tmp_path, tagging)
    assert recipe.answers.thresholds == 0.3
    one = RECIPE.replace('"gaps"', '"gap"').replace('"tags"\n\n[[', '"hits"\n\n[[')
    assert loaded(one + "\n[answers]\nabstain_below = 0.3\n", tmp_path, tagging).answers.abstain_below == 0.3


def test_an_evaluator_for_the_other_task_is_an_error_with_what_to_write(tagging: Plugins, tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        loaded(RECIPE.replace('"both"', '"hits"') + "\n[answers]\nabstain_below = 0.3\n", tmp_path, tagging)
    assert [str(problem) for problem in caught.value.problems] == [
        f"{tmp_path}/tags.toml:14: [[evaluate]] 'hits' is not for clips with several labels, which the loss is for\n"
        '    use = "hits"\n'
        "  why: train.loss is gaps\n"
        '  try: use = "both" or use = "tags"',
        f"{tmp_path}/tags.toml:17: [answers] abstain_below has no meaning here\n"
        "    abstain_below = 0.3\n"
        "  why: train.loss is gaps, for clips with several labels\n"
        "  try: leave it out",
    ]


def test_thresholds_of_labels_mean_nothing_for_one(tagging: Plugins, tmp_path: Path) -> None:
    text = RECIPE.replace('"gaps"', '"gap"') + "\n[answers]\nthresholds = 0.3\n"
    with pytest.raises(RecipeError) as caught:
        loaded(text, tmp_path, tagging)
    assert [problem.what for problem in caught.value.problems] == [
        "[[evaluate]] 'tags' is not for clips with one label, which the loss is for",
        "[answers] thresholds has no meaning here",
    ]
    assert caught.value.problems[0].hint == 'use = "both" or use = "hits"'
