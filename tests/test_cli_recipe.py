from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import small_components
from test_recipe_load import SHORT, WHOLE

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The small components and no others."""
    monkeypatch.setenv("GENREKIT_PLUGINS", str(Path(small_components.__file__)))
    monkeypatch.setenv("GENREKIT_BLOCK", "genrekit")


@pytest.fixture
def recipe(tmp_path: Path, small: None) -> Path:
    path = tmp_path / "whole.toml"
    path.write_text(WHOLE)
    return path


def test_a_valid_recipe_is_told_on_one_line(command: Command, recipe: Path) -> None:
    said = f"{recipe}: ok: whole: tones > halves > energy > louder > flip > dense; descent, 3 epochs in batches of 8\n"
    assert command("recipe", "check", recipe) == (0, said, "")


def test_all_mistakes_are_told_at_once(command: Command, recipe: Path) -> None:
    recipe.write_text(WHOLE.replace("seed = 42", "sede = 42").replace("bins = 16", "bins = 1"))
    assert command("recipe", "check", recipe) == (
        2,
        "",
        f"{recipe}:2: unknown option 'sede'; did you mean 'seed'?\n    sede = 42\n"
        f"{recipe}:17: [features] 'bins' should be at least 2; it is 1\n    bins = 1\n",
    )


def test_overrides_are_checked_too(command: Command, recipe: Path) -> None:
    assert command("recipe", "check", recipe, "--set", "train.epochs=7", "--set", "name=x")[1].endswith(
        "x: tones > halves > energy > louder > flip > dense; descent, 7 epochs in batches of 8\n"
    )
    assert command("recipe", "check", recipe, "--set", "train.epochs=0") == (
        2,
        "",
        "--set train.epochs=0: [train] 'epochs' should be at least 1; it is 0\n",
    )


def test_a_dry_run_names_what_does_not_work(command: Command, recipe: Path) -> None:
    code, out, err = command("recipe", "check", recipe, "--dry-run")
    assert code == 2
    assert out.startswith(f"{recipe}: ok: ")
    assert err == "[augment] louder does not work: NotImplementedError: \n"


def test_a_dry_run_of_the_published_model(command: Command) -> None:
    examples = Path(__file__).parent.parent / "examples"
    code, out, err = command("recipe", "check", examples / "gtzan_crnn.toml", "--dry-run")
    assert (code, err) == (0, "")
    assert out.splitlines()[1:] == [
        "  log-mel: 655360 samples (29.72 s) -> [1, 128, 1280]",
        "  crnn: [1, 128, 1280] -> 10 labels, 3,946,762 parameters",
    ]


def test_a_shown_recipe_is_the_recipe(command: Command, recipe: Path, tmp_path: Path) -> None:
    code, out, err = command("recipe", "show", recipe, "--set", "seed=7")
    assert (code, err) == (0, "")
    shown = tomllib.loads(out)
    assert shown["seed"] == 7
    assert shown["dataset"]["root"] == str(tmp_path / "clips")
    assert shown["split"] == {"use": "halves", "validation": 0.25}
    (tmp_path / "again.toml").write_text(out)
    assert command("recipe", "show", tmp_path / "again.toml") == (0, out, "")


def test_the_schema_is_that_of_what_is_installed(command: Command, small: None) -> None:
    code, out, err = command("recipe", "schema")
    assert (code, err) == (0, "")
    mapping = json.loads(out)["properties"]["model"]["discriminator"]["mapping"]
    assert mapping == {"constant": "#/$defs/Constant", "dense": "#/$defs/Dense"}


def test_a_recipe_that_needs_a_plugin_that_is_not_there(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(SHORT)
    code, _, err = command("recipe", "check", path)
    assert code == 2
    assert err.startswith(f"{path}:2: [dataset] unknown dataset 'noises'; ")
