"""A recipe is read with all its options, defaults and overrides; what cannot be read is refused."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
import small_components

import genrekit
from genrekit.errors import RecipeError, UnreadableError
from genrekit.plugins import Plugins
from genrekit.recipe import Recipe, StopEarly, load
from genrekit.recipe.schema import recipe_schema
from genrekit.registry import Entry

PLUGINS = Plugins()
PLUGINS.add(small_components, "small", "genrekit-small", "1.0")

WHOLE = """\
name = "whole"
seed = 42

[dataset]
use = "tones"
root = "clips"
also = ["more", "../others"]
limit = 100

[split]
use = "halves"
validation = 0.25

[features]
use = "energy"
sample_rate = 8000
bins = 16
frames = 20

[[augment]]
use = "louder"
amount = 0.2
probability = 1

[[augment]]
use = "flip"
on = "waveform"

[model]
use = "dense"
hidden_size = 32
layers = [{ size = 8 }, { size = 4, activation = "tanh" }]

[train]
epochs = 3
batch_size = 8
optimizer = { use = "descent", lr = 0.01 }
scheduler = { use = "steps", step_size = 1 }
stop_early = { metric = "accuracy", patience = 2 }

[[evaluate]]
use = "hits"

[executor]
use = "here"
"""

SHORT = """\
name = "short"
dataset = { use = "noises" }
features = { use = "energy" }
model = { use = "constant" }
train = { optimizer = { use = "descent" } }
"""


def loaded(text: str, *overrides: str, folder: Path) -> Recipe:
    path = folder / "recipe.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return load(path, overrides, PLUGINS)


def test_every_option_is_read(tmp_path: Path) -> None:
    recipe = loaded(WHOLE, folder=tmp_path)
    assert recipe.seed == 42
    assert recipe.dataset == small_components.Tones(
        root=tmp_path / "clips", also=[tmp_path / "more", tmp_path.parent / "others"], limit=100
    )
    assert recipe.split == small_components.Halves(validation=0.25)
    assert recipe.features == small_components.Energy(sample_rate=8000, bins=16, frames=20)
    assert recipe.augment == [
        small_components.Louder(amount=0.2, probability=1),
        small_components.Flip(on="waveform"),
    ]
    layers = [small_components.Layer(size=8), small_components.Layer(size=4, activation="tanh")]
    assert recipe.model == small_components.Dense(hidden_size=32, layers=layers)
    assert recipe.train.optimizer == small_components.Descent(lr=0.01)
    assert recipe.train.scheduler == small_components.Steps(step_size=1)
    assert recipe.train.stop_early == StopEarly(metric="accuracy", patience=2)
    assert (recipe.train.epochs, recipe.train.batch_size) == (3, 8)
    assert recipe.evaluate == [small_components.Hits()]
    assert recipe.executor == small_components.Here()


def odd(base: type[genrekit.Component], name: str, usual: bool = False) -> type[genrekit.Component]:
    """A component of the base's kind, with an option of a type that nothing reads."""

    class Odd(base):  # type: ignore[valid-type, misc]
        """Odd."""

        use: Literal[name] = name  # type: ignore[valid-type]
        default: ClassVar[bool] = usual
        size: memoryview = genrekit.Field(None, description="no type of an option")

    return Odd


def with_odd(kind: str, component: type[genrekit.Component]) -> Plugins:
    plugins = Plugins()
    plugins.add(small_components, "small", "genrekit-small", "1.0")
    plugins.registry.add(kind, Entry(component, "odd", "genrekit-odd"))
    return plugins


@pytest.mark.parametrize(
    ("kind", "component"),
    [
        ("model", odd(genrekit.Model, "odd")),
        ("augmenter", odd(genrekit.Augmenter, "aaa-odd")),
        ("scheduler", odd(genrekit.Scheduler, "odd", usual=True)),
    ],
)
def test_a_component_that_cannot_be_read_harms_only_recipes_that_name_it(
    tmp_path: Path, kind: str, component: type[genrekit.Component]
) -> None:
    plugins, path = with_odd(kind, component), tmp_path / "recipe.toml"
    path.write_text(SHORT)
    assert load(path, (), plugins).model.use == "constant"
    with pytest.raises(RecipeError, match="unknown option 'sede'; did you mean 'seed'"):
        load(path, ["sede=1"], plugins)
    schema = recipe_schema(plugins.registry)
    assert "Constant" in schema["$defs"]
    assert "Odd" not in schema["$defs"]
    if kind == "model":
        with pytest.raises(UnreadableError, match=r"model 'odd' of 'odd' \(genrekit-odd\) has an option that cannot"):
            load(path, ["model.use=odd"], plugins)


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    recipe = loaded(SHORT, folder=tmp_path)
    assert recipe.seed == 0
    assert recipe.split == small_components.Halves()
    assert recipe.augment == []
    assert recipe.evaluate == [small_components.Hits()]
    assert recipe.executor == small_components.Here()
    assert recipe.train.scheduler is None
    assert recipe.train.stop_early is None
    assert (recipe.train.epochs, recipe.train.batch_size, recipe.train.keep) == (50, 32, "macro_f1")


def test_a_recipe_cannot_be_changed(tmp_path: Path) -> None:
    recipe = loaded(SHORT, folder=tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        recipe.train.epochs = 4


def test_overrides_are_applied_before_checking(tmp_path: Path) -> None:
    recipe = loaded(
        WHOLE.replace("epochs = 3", 'epochs = "many"'),
        "train.epochs=7",
        "augment.0.probability=0",
        "augment.2.use=flip",
        'model={use = "constant"}',
        "name=other",
        folder=tmp_path,
    )
    assert recipe.train.epochs == 7
    assert recipe.augment[0].probability == 0
    assert recipe.augment[2] == small_components.Flip()
    assert recipe.model == small_components.Constant()
    assert recipe.name == "other"


def test_paths_of_the_file_and_of_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    recipe = loaded(WHOLE, "dataset.also.1=typed", folder=tmp_path)
    assert recipe.dataset.also == [tmp_path / "more", here / "typed"]  # type: ignore[attr-defined]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert loaded("\ufeff" + SHORT, folder=tmp_path).name == "short"


def test_a_missing_recipe_names_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "near.toml").touch()
    (tmp_path / "pyproject.toml").touch()
    with pytest.raises(RecipeError) as caught:
        load(tmp_path / "nera.toml", (), PLUGINS)
    assert str(caught.value).splitlines() == [
        f"no recipe at {tmp_path / 'nera.toml'}",
        f"  why: the recipes in {tmp_path} are near.toml",
        "  try: genrekit run examples/quickstart.toml",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name = '\xff'", "the recipe is not UTF-8 text: invalid start byte"),
        (b"seed = " + b"9" * 5000, "not valid TOML: Exceeds the limit"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, "the recipe is nested too deeply"),
        (b"a" + b".a" * 5000 + b" = 1", "unknown option 'a'"),
        (b"seed = 0x" + b"f" * 5000, "'seed' should be "),
    ],
)
def test_files_that_are_hardly_recipes(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(content)
    with pytest.raises(RecipeError) as caught:
        load(path, (), PLUGINS)
    assert said in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_a_folder_is_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="cannot read the recipe: is a directory"):
        load(tmp_path, (), PLUGINS)


def test_a_recipe_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **options: Any) -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(RecipeError, match="cannot read the recipe: permission denied"):
        load(tmp_path / "x.toml", (), PLUGINS)
