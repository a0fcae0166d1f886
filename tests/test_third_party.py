"""Somebody else's plugin: a package built and installed with pip, composed with built-ins by a recipe.

Its source is in ``third_party/genrekit-haar``: a feature, an augmenter, a model and an evaluator.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from toy_runs import make_tones

SOURCE = Path(__file__).parent / "third_party" / "genrekit-haar"

RECIPE = r"""
name = "wavelets"
seed = 3

[dataset]
use = "pattern"
root = "tones"
pattern = '(?P<label>\w+)/\d+\.wav'

[split]
use = "random"
validation = 0.4

[features]
use = "haar"
scales = 5

[[augment]]
use = "gain"

[[augment]]
use = "roll"
most = 3

[model]
use = "prototypes"
embedding_size = 4

[train]
epochs = 8
batch_size = 5
threads = 1
optimizer = { use = "adam", lr = 0.05 }

[[evaluate]]
use = "classification"

[[evaluate]]
use = "top-labels"
count = 2
"""


@dataclass(frozen=True)
class Workplace:
    """A folder with a recipe and tones, and a folder of installed packages with nothing but the plugin in it."""

    root: Path
    site: Path

    def genrekit(self, *arguments: str, with_plugin: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the command line in a process of its own."""
        paths = {"PYTHONPATH": str(self.site)} if with_plugin else {}
        return run("-m", "genrekit", *arguments, cwd=self.root, GENREKIT_STORE=str(self.root / "store"), **paths)


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Python with just this addition to the environment."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("GENREKIT_", "PYTHONPATH"))}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=cwd, env=inherited | environment, capture_output=True, encoding="utf-8", timeout=120
    )


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    """The package is copied, built and installed without any index."""
    root, site = tmp_path_factory.mktemp("work"), tmp_path_factory.mktemp("site")
    source = shutil.copytree(SOURCE, tmp_path_factory.mktemp("source") / "genrekit-haar")
    options = ["--no-index", "--no-deps", "--no-build-isolation", "--no-cache-dir", "--disable-pip-version-check"]
    done = run("-m", "pip", "install", *options, "--target", str(site), str(source), cwd=root)
    assert done.returncode == 0, done.stderr
    make_tones(root / "tones")
    (root / "recipe.toml").write_text(RECIPE, encoding="utf-8")
    return Workplace(root, site)


@pytest.fixture(scope="module")
def trained(workplace: Workplace) -> subprocess.CompletedProcess[str]:
    """What ``genrekit run`` said."""
    done = workplace.genrekit("run", "recipe.toml")
    assert done.returncode == 0, done.stderr
    return done


def test_components_are_listed_with_their_distribution(workplace: Workplace) -> None:
    done = workplace.genrekit("plugins", "--format", "json")
    theirs = [row for row in json.loads(done.stdout) if row["distribution"] == "genrekit-haar"]
    assert {(row["kind"], row["name"]) for row in theirs} == {
        ("features", "haar"), ("augmenter", "roll"), ("model", "prototypes"), ("evaluator", "top-labels"),
    }  # fmt: skip
    assert {(row["plugin"], row["version"], row["status"]) for row in theirs} == {("haar", "0.3.1", "loaded")}
    assert next(row["options"] for row in theirs if row["name"] == "haar") == ["sample_rate", "scales"]
    assert done.stderr == ""


def test_component_is_documented(workplace: Workplace) -> None:
    shown = workplace.genrekit("plugins", "show", "roll").stdout
    assert "roll  (augmenter, from plugin 'haar' of genrekit-haar)" in shown
    assert "Rotates the frames by a random number" in shown
    assert "the largest number of frames" in shown


def test_recipe_is_checked(workplace: Workplace) -> None:
    done = workplace.genrekit("recipe", "check", "recipe.toml")
    assert (done.returncode, done.stderr) == (0, "")
    assert "pattern > random > haar > gain > roll > prototypes" in done.stdout


def test_mistakes_in_its_options_are_explained(workplace: Workplace) -> None:
    (workplace.root / "wrong.toml").write_text(
        RECIPE.replace("scales = 5", "scale = 5").replace("most = 3", "most = 0"), encoding="utf-8"
    )
    done = workplace.genrekit("recipe", "check", "wrong.toml")
    assert done.returncode == 2
    assert "wrong.toml:16: [features] unknown option 'scale'; did you mean 'scales'?\n    scale = 5\n" in done.stderr
    assert "wrong.toml:23: [augment.1] 'most'" in done.stderr


def test_its_own_check_is_asked(workplace: Workplace) -> None:
    done = workplace.genrekit("recipe", "check", "recipe.toml", "--set", "model.embedding_size=6")
    assert done.returncode == 2
    assert (
        "prototypes cannot take features of shape [1, 5, 16]: embedding_size 6 is more than the 5 bins" in done.stderr
    )


def test_its_names_are_in_the_schema(workplace: Workplace) -> None:
    schema = json.loads(workplace.genrekit("recipe", "schema").stdout)
    assert schema["$defs"]["Haar"]["properties"]["scales"]["maximum"] == 8


def test_run_trains(workplace: Workplace, trained: subprocess.CompletedProcess[str]) -> None:
    folder = workplace.root / "runs" / "latest"
    figures = json.loads((folder / "metrics.json").read_text())["validation"]
    assert figures["accuracy"] >= 0.8
    assert figures["top_2_accuracy"] >= figures["accuracy"]
    assert (folder / "top_labels.svg").exists()
    assert (folder / "confusion_matrix.png").exists()
    manifest = json.loads((folder / "bundle" / "bundle.json").read_text())
    options = {"use": "haar", "sample_rate": 8000, "scales": 5}
    assert manifest["features"] == {"options": options, "distribution": "genrekit-haar", "version": "0.3.1"}
    assert manifest["plugins"]["genrekit-haar"] == "0.3.1"
    assert manifest["onnx_difference"] < 1e-4


@pytest.mark.usefixtures("trained")
def test_bundle_answers_where_the_plugin_is_not_installed(workplace: Workplace) -> None:
    assert "haar" not in workplace.genrekit("plugins", with_plugin=False).stdout
    done = workplace.genrekit("predict", "tones", "--format", "json", with_plugin=False)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert len(answers) == 18
    right = [answer["label"] == Path(answer["path"]).parent.name for answer in answers]
    assert sum(right) >= 15
    assert all(set(answer["probabilities"]) == {"low", "middle", "high"} for answer in answers)


def test_its_components_keep_the_contract(workplace: Workplace) -> None:
    done = workplace.genrekit("plugins", "check", "Genrekit.Haar")
    assert done.returncode == 0, done.stdout
    for subject in ("plugin haar", "features haar", "augmenter roll", "model prototypes", "evaluator top-labels"):
        assert f"{subject}\n  passed   " in done.stdout


@pytest.mark.usefixtures("trained")
def test_the_runs_own_recipe_names_what_to_install(workplace: Workplace) -> None:
    recipe = workplace.root / "runs" / "latest" / "recipe.toml"
    assert "genrekit-haar" in recipe.read_text(encoding="utf-8")
    assert workplace.genrekit("recipe", "check", str(recipe)).returncode == 0
    done = workplace.genrekit("recipe", "check", str(recipe), with_plugin=False)
    assert done.returncode == 2
    assert "this recipe requires genrekit-haar, which is not installed" in done.stderr
    assert '  try: pip install "genrekit-haar"' in done.stderr
    assert "unknown features 'haar'" in done.stderr


@pytest.mark.parametrize("name", ["haar", "genrekit-haar", "Genrekit_Haar"])
def test_blocked_plugin_is_named(workplace: Workplace, name: str) -> None:
    done = workplace.genrekit("recipe", "check", "recipe.toml", "--block", name)
    assert done.returncode == 2
    assert "unknown features 'haar'" in done.stderr
    assert "not loaded: 'haar' (genrekit-haar 0.3.1): blocked" in done.stderr


def test_recipe_needs_the_plugin(workplace: Workplace) -> None:
    done = workplace.genrekit("recipe", "check", "recipe.toml", with_plugin=False)
    assert done.returncode == 2
    # Other distributions may be installed beside it, with features of their own.
    assert re.search(r"recipe\.toml:15: \[features\] unknown features 'haar'; available: .*\blog-mel, ", done.stderr)
    assert "unknown evaluator 'top-labels'" in done.stderr


def test_broken_plugin_harms_nobody_else(workplace: Workplace, tmp_path: Path) -> None:
    site = shutil.copytree(workplace.site, tmp_path / "site")
    (site / "genrekit_haar" / "roll.py").write_text("import a_module_that_nobody_has\n")
    (workplace.root / "plain.toml").write_text(
        RECIPE.replace('"haar"\nscales = 5', '"mfcc"').replace('"prototypes"\nembedding_size = 4', '"crnn"')
        .replace('[[augment]]\nuse = "roll"\nmost = 3', "").replace('[[evaluate]]\nuse = "top-labels"\ncount = 2', "")
    )  # fmt: skip
    broken = Workplace(workplace.root, site)
    cause = "'haar' (genrekit-haar 0.3.1): ModuleNotFoundError: No module named 'a_module_that_nobody_has'"
    plain = broken.genrekit("recipe", "check", "plain.toml")
    assert plain.returncode == 0, plain.stderr
    assert f"warning: plugin {cause}" in plain.stderr
    needed = broken.genrekit("recipe", "check", "recipe.toml")
    assert needed.returncode == 2
    assert f"not loaded: {cause}" in needed.stderr
