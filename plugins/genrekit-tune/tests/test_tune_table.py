"""``[tune]`` in recipes: what is wrong with a search is told with file and line, before anything is tried."""

from __future__ import annotations

from pathlib import Path

import pytest
from genrekit_tune.space import Space, leaves
from genrekit_tune.suggestion import Search
from genrekit_tune.table import Tune
from tuned_recipes import LR, write_recipe

from genrekit import recipe as recipes
from genrekit.errors import RecipeError
from genrekit.recipe import Recipe


def loaded(folder: Path, tune: str) -> Recipe:
    return recipes.load(write_recipe(folder, tune))


def said(folder: Path, tune: str) -> str:
    with pytest.raises(RecipeError) as caught:
        loaded(folder, tune)
    return str(caught.value).replace(f"{folder}/", "")


def searched(folder: Path, tune: str) -> Search:
    recipe = loaded(folder, tune)
    found = recipe.table(Tune)
    assert found is not None
    return Search.of(found, recipe)


def test_spaces_may_be_written_in_three_ways(tmp_path: Path) -> None:
    rate = Space(low=1e-3, high=0.1, log=True)
    for written in (
        LR,
        '[tune.space]\n"train.optimizer.lr" = { low = 1e-3, high = 1e-1, log = true }',
        "[tune.space.train.optimizer.lr]\nlow = 1e-3\nhigh = 1e-1\nlog = true",
    ):
        assert searched(tmp_path, written).spaces == {("train", "optimizer", "lr"): rate}


def test_it_is_read_again_as_it_was_written(tmp_path: Path) -> None:
    recipe = loaded(tmp_path, f"trials = 7\n{LR}model.channels = {{ choices = [[4, 4], [8]] }}\n")
    (tmp_path / "again.toml").write_text(recipes.dump(recipe))
    assert recipes.load(tmp_path / "again.toml") == recipe
    assert recipe.requires == ["genrekit-tune"]


def test_numbers_are_of_the_options_type(tmp_path: Path) -> None:
    search = searched(
        tmp_path,
        "[tune.space]\ntrain.batch_size = { low = 2, high = 8, step = 2 }\n"
        "model.dropout = { low = 0, high = 0.5 }\naugment.0.amount = { low = 0, high = 1, step = 1 }",
    )
    found = {name: repr(distribution) for name, distribution in search.distributions().items()}
    assert found == {
        "train.batch_size": "IntDistribution(high=8, log=False, low=2, step=2)",
        "model.dropout": "FloatDistribution(high=0.5, log=False, low=0.0, step=None)",
        "augment.0.amount": "FloatDistribution(high=1.0, log=False, low=0.0, step=1.0)",
    }


SPACE = "[tune.space]\n"


@pytest.mark.parametrize(
    ("tune", "answer"),
    [
        ("", "[tune] 'space' is missing (option, as after --set -> its space: { low, high, step, log } or"),
        (SPACE, "[tune] there is nothing to search"),
        (
            f"{SPACE}train.optimizer.lrr = {{ low = 0.1, high = 1.0 }}",
            "tones.toml:18: [tune] train.optimizer.lrr: [train.optimizer] unknown option 'lrr'; did you mean 'lr'?\n"
            "    train.optimizer.lrr = { low = 0.1, high = 1.0 }",
        ),
        (
            f"{SPACE}train.batch_size = {{ low = 0, high = 8 }}",
            "tones.toml:18: [tune] train.batch_size: [train] 'batch_size' should be at least 1; it is 0",
        ),
        (
            f"{SPACE}train.batch_size = {{ low = 1.5, high = 8.0 }}",
            "train.batch_size: [train] 'batch_size' should be an integer; it is 1.5",
        ),
        (f"{SPACE}augment.3.amount = {{ choices = [0.1] }}", "'augment' has 1 elements, counted from 0; no '3'"),
        (f"{SPACE}model = {{ choices = [{{ use = 'crn' }}] }}", "[tune] model: [model] unknown model 'crn'; did you"),
        (f"{SPACE}model.hidden_size = {{ choices = [2, 'x'] }}", "[model] 'hidden_size' should be an integer"),
        (f"{SPACE}seed = {{ low = 1, high = 3 }}", "all trials must have the same"),
        (f"{SPACE}split.validation = {{ low = 0.1, high = 0.3 }}", "all trials must have the same"),
        (f"{SPACE}tune.trials = {{ low = 1, high = 3 }}", "all trials must have the same"),
        (
            f"{SPACE}model = {{ choices = [{{ use = 'crnn' }}] }}\n'model.dropout' = {{ low = 0.0, high = 0.5 }}",
            "tones.toml:19: [tune] model.dropout: it lies within model, which has a space itself",
        ),
        (
            f"{SPACE}train.epochs = {{ low = 1, high = 2 }}\n'train.epochs' = {{ low = 1, high = 3 }}",
            "train.epochs: there are two spaces for it",
        ),
        (f"{SPACE}train.epochs = {{ low = 3 }}", "tones.toml:18: [tune.space.train.epochs] give low and high"),
        (f"{SPACE}train.epochs = {{ low = 3, high = 3 }}", "low must be below high; they are 3 and 3"),
        (f"{SPACE}train.epochs = {{ low = 3, hihg = 4 }}", "unknown option 'hihg'; did you mean 'high'?"),
        (
            f"{SPACE}train.epochs = {{ low = 1, high = 6, step = 2 }}",
            "high must be low and a whole number of steps; 1 is",
        ),
        (f"{SPACE}train.epochs = {{ low = 0, high = 6, log = true }}", "with log, low must be above 0; it is 0"),
        (f"{SPACE}train.epochs = {{ low = 1, high = 6, step = 1, log = true }}", "log and step exclude each other"),
        (f"{SPACE}train.epochs = {{ choices = [1], low = 1 }}", "choices stand alone"),
        (f"{SPACE}train.epochs = {{ choices = [] }}", "'choices' should have at least 1 item"),
        (f"{SPACE}train.epochs = 3", "[tune.space.train] 'epochs' should be a"),
        (f"sampler = 'grid'\n{LR}", "tones.toml:17: [tune] a grid takes choices, and ranges with a step"),
        (f"metric = 'test/accuracy'\n{LR}", "it is always of the validation part"),
        (f"trials = 0\n{LR}", "[tune] 'trials' should be at least 1; it is 0"),
    ],
)
def test_mistakes_have_their_line(tune: str, answer: str, tmp_path: Path) -> None:
    assert answer in said(tmp_path, tune)


def test_a_recipe_that_keeps_the_last_epoch_names_the_figure(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, LR)
    with pytest.raises(RecipeError, match="say which figure to search for"):
        recipes.load(recipe, ["train.keep=last"])
    assert recipes.load(recipe, ["train.keep=last", "tune.metric=loss"]).table(Tune)


def test_an_option_that_is_left_out_can_be_searched(tmp_path: Path) -> None:
    space = f"{SPACE}train.optimizer.weight_decay = {{ low = 1e-5, high = 1e-2, log = true }}\n"
    space += "train.clip_gradients = { low = 1, high = 10 }"
    found = searched(tmp_path, space).distributions()
    assert [type(distribution).__name__ for distribution in found.values()] == ["FloatDistribution"] * 2


def test_components_may_be_chosen_by_name_alone(tmp_path: Path) -> None:
    search = searched(tmp_path, f"{SPACE}train.optimizer.use = {{ choices = ['adam', 'sgd'] }}")
    assert len(search.grid()) == 2


def test_the_grid_has_every_combination(tmp_path: Path) -> None:
    search = searched(
        tmp_path,
        f"{SPACE}model.dropout = {{ low = 0.1, high = 0.3, step = 0.1 }}\n"
        "model.channels = { choices = [[4], [8, 4]] }",
    )
    assert search.grid() == [
        {"model.dropout": dropout, "model.channels": channels}
        for dropout in (0.1, 0.2, 0.3)
        for channels in ("[4]", "[8, 4]")
    ]
    assert search.values({"model.dropout": 0.2, "model.channels": "[8, 4]"}) == {
        ("model", "dropout"): 0.2,
        ("model", "channels"): [8, 4],
    }


def test_the_recipes_own_options_are_a_trial_where_they_lie_in_their_spaces(tmp_path: Path) -> None:
    space = (
        f"{SPACE}train.batch_size = {{ low = 2, high = 8, step = 2 }}\nmodel.hidden_size = {{ low = 5, high = 8 }}\n"
    )
    space += "model.channels = { choices = [[8], [4, 4]] }\ntrain.optimizer.lr = { low = 0.5, high = 1.0 }"
    recipe = loaded(tmp_path, space)
    assert searched(tmp_path, space).of_recipe(recipe) == {"train.batch_size": 4, "model.channels": "[4, 4]"}


def test_leaves_say_where_they_are_written() -> None:
    space = Space(choices=[1])
    assert list(leaves({"a.b": space, "c": {"d": space}})) == [
        (("a", "b"), ("a.b",), space),
        (("c", "d"), ("c", "d"), space),
    ]
