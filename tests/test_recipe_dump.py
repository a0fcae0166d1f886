from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
import small_components as small
from hypothesis import HealthCheck, given, settings
from test_recipe_load import SHORT, WHOLE, loaded

from genrekit.recipe import Recipe, StopEarly, Train, dump


@pytest.mark.parametrize("text", [WHOLE, SHORT])
def test_what_is_dumped_loads_to_the_same(text: str, tmp_path: Path) -> None:
    recipe = loaded(text, folder=tmp_path)
    elsewhere = tmp_path / "runs" / "x"
    elsewhere.mkdir(parents=True)
    again = loaded(dump(recipe), folder=elsewhere)
    assert again == recipe
    assert dump(again) == dump(recipe)


def test_recipes_are_equal_only_where_every_option_is(tmp_path: Path) -> None:
    recipe = loaded(WHOLE, folder=tmp_path)
    assert recipe == loaded(WHOLE, folder=tmp_path)
    for override in ("seed=1", "train.epochs=4", "train.optimizer.lr=1", "augment.1.probability=0", "model.width=1"):
        assert recipe != loaded(WHOLE, override, folder=tmp_path)


def test_every_default_is_written_out(tmp_path: Path) -> None:
    text = dump(loaded(SHORT, folder=tmp_path))
    assert text == (
        'name = "short"\nseed = 0\nrequires = [\n    "genrekit-small",\n]\n'
        'augment = []\nevaluate = [\n    { use = "hits" },\n]\n'
        '\n[dataset]\nuse = "noises"\n\n[dataset.colours]\n'
        '\n[split]\nuse = "halves"\nvalidation = 0.15\n'
        '\n[features]\nuse = "energy"\nsample_rate = 22050\nbins = 8\nframes = 10\n'
        '\n[model]\nuse = "constant"\n'
        '\n[train]\nepochs = 50\nbatch_size = 32\nensemble_size = 1\nsampling = "shuffled"\n'
        'keep = "macro_f1"\nevaluate_every = 1\n'
        'precision = "auto"\ndevice = "auto"\ndeterministic = false\n'
        '\n[train.loss]\nuse = "gap"\n'
        '\n[train.optimizer]\nuse = "descent"\nlr = 0.1\n'
        '\n[answers]\ntemperature = true\noverlap = 0.0\nthresholds = "fitted"\n'
        "\n[checkpoint]\nevery_minutes = 10.0\n"
        '\n[executor]\nuse = "here"\n'
    )


def test_components_of_a_recipe_made_in_python_keep_their_options() -> None:
    recipe = Recipe(
        name="made",
        dataset=small.Tones(root=Path("/clips")),
        split=small.Halves(),
        features=small.Energy(bins=3),
        model=small.Dense(hidden_size=5),
        train=Train(loss=small.Gap(), optimizer=small.Descent(lr=0.5)),
        evaluate=[small.Hits()],
        executor=small.Here(),
    )
    text = dump(recipe)
    for line in ("bins = 3", "hidden_size = 5", "lr = 0.5"):
        assert line in text.splitlines()


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
PATHS = st.one_of(TEXT, st.text("$a{}~", max_size=5)).map(lambda text: Path("/clips", text.replace("/", "") or "x"))
SHARES = st.floats(0, 1)
RECIPES = st.builds(
    dict,
    name=st.text("aZ0_äß音.-", max_size=5).map("x".__add__),
    seed=st.integers(0, 2**63 - 1),
    dataset=st.one_of(
        st.builds(
            small.Tones,
            root=PATHS,
            also=st.lists(PATHS, max_size=2),
            limit=st.one_of(st.none(), st.integers(1, 2**62)),
        ),
        st.builds(small.Noises, colours=st.dictionaries(TEXT, st.floats(allow_nan=False), max_size=3)),
    ),
    augment=st.lists(
        st.one_of(
            st.builds(
                small.Louder, amount=st.floats(0), probability=SHARES, on=st.sampled_from(["features", "waveform"])
            ),
            st.builds(small.Flip, probability=SHARES),
        ),
        max_size=3,
    ),
    model=st.one_of(
        st.builds(small.Constant),
        st.builds(
            small.Dense,
            layers=st.lists(st.builds(small.Layer, size=st.integers(), activation=st.just("tanh")), max_size=2),
            width=st.one_of(st.integers(), st.just("auto")),
        ),
    ),
    train=st.builds(
        Train,
        loss=st.just(small.Gap()),
        optimizer=st.builds(small.Descent, lr=st.floats(0, exclude_min=True)),
        scheduler=st.one_of(st.none(), st.builds(small.Steps)),
        keep=TEXT,
        stop_early=st.one_of(st.none(), st.builds(StopEarly, patience=st.integers(1, 9))),
    ),
)


@given(RECIPES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_recipe_survives(tmp_path: Path, parts: dict[str, Any]) -> None:
    fixed: dict[str, Any] = {"split": small.Halves(), "features": small.Energy(), "evaluate": [small.Hits()]}
    fixed |= {"executor": small.Here(), "requires": ["genrekit-small"]}
    recipe = Recipe(**parts, **fixed)
    assert loaded(dump(recipe), folder=tmp_path) == recipe


def test_infinity_survives(tmp_path: Path) -> None:
    text = SHORT.replace('use = "noises"', 'use = "noises", colours = { red = inf, blue = -inf }')
    again = loaded(dump(loaded(text, folder=tmp_path)), folder=tmp_path)
    assert again.dataset == small.Noises(colours={"red": math.inf, "blue": -math.inf})
