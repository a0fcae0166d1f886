"""What must stay light: the heavy libraries are imported by the commands that need them, not by genrekit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"torch", "torchaudio", "sklearn", "matplotlib", "polars", "onnxruntime", "soundfile", "scipy", "numpy"}
RECIPE = Path(__file__).parent.parent / "examples" / "gtzan_crnn.toml"

PROBE = """\
import json, sys
{code}
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


def imported_by(code: str) -> set[str]:
    """The top-level modules in a fresh interpreter after running ``code``."""
    line = [sys.executable, "-c", PROBE.format(code=code)]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments",
    [["plugins"], ["plugins", "show", "crnn"], ["recipe", "check", str(RECIPE)], ["recipe", "schema"]],
    ids=" ".join,
)
def test_light_commands_import_nothing_heavy(arguments: list[str]) -> None:
    seen = imported_by(f"from genrekit.cli import main\nassert main({arguments!r}) == 0")
    assert "genrekit_builtins" in seen
    assert seen & HEAVY == set()


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["plugins", "new", "--help"]], ids=" ".join)
def test_help_asks_no_plugin_for_components(arguments: list[str]) -> None:
    code = f"from genrekit.cli import main\nassert main({arguments!r}) == 0"
    assert imported_by(f"{code}\nassert 'genrekit.component' not in sys.modules") & HEAVY == set()


def test_a_command_imports_no_other_one() -> None:
    code = "from genrekit.cli import main\nassert main(['predict', '--help']) == 0"
    assert "pluggy" not in imported_by(f"{code}\nassert 'genrekit.cli.run' not in sys.modules")


def test_help_needs_no_pydantic() -> None:
    assert "pydantic" not in imported_by("from genrekit.cli import main\nassert main(['--help']) == 0")


@pytest.mark.parametrize(
    "name", ["clips", "component", "errors", "hookspecs", "options", "outcome", "paths", "recipe_table"]
)
def test_modules_are_there_as_names_are(name: str) -> None:
    subprocess.run([sys.executable, "-c", f"import genrekit; genrekit.{name}.__file__"], check=True)


def test_what_is_not_there_is_an_attribute_error() -> None:
    import genrekit

    with pytest.raises(AttributeError, match="module 'genrekit' has no attribute 'Modell'"):
        genrekit.Modell  # type: ignore[attr-defined] # noqa: B018
    assert set(genrekit.__all__) <= set(dir(genrekit))
    assert all(hasattr(genrekit, each) for each in genrekit.__all__)


def test_a_recipe_builds_no_validator_but_its_own() -> None:
    code = """
from genrekit import recipe
from genrekit.plugins import installed
assert recipe.load({recipe!r}).model.use == "crnn"
registry = installed().registry
built = {{key for key, (entry,) in registry.claims.items() if entry.component.__pydantic_complete__}}
assert ("model", "crnn") in built
assert ("model", "resnet") not in built
"""
    assert "torch" not in imported_by(code.format(recipe=str(RECIPE)))


@pytest.mark.parametrize("code", ["import genrekit", "import genrekit.recipe, genrekit.audio, genrekit.windows"])
def test_the_core_imports_nothing_heavy(code: str) -> None:
    assert imported_by(code) & HEAVY == set()


def test_plain_output_needs_no_rich() -> None:
    assert "rich" not in imported_by("from genrekit.cli import main\nassert main(['plugins']) == 0")


ENDING = """
import atexit, os, sys, threading, time
from genrekit import __main__ as entry, cli
at_once = os._exit
def leave(code):
    print("at once", flush=True)
    at_once(code)
def late():
    time.sleep(0.1)
    print("thread")
def main():
    threading.Thread(target=late).start()
    atexit.register(print, "handler")
    return 3
cli.main, os._exit, sys.argv[1:] = main, leave, [{command!r}]
{before}
sys.exit(entry.start())
"""


@pytest.mark.parametrize(
    ("command", "before", "expected"),
    [
        ("predict", "", ["thread", "handler", "at once"]),
        ("store", "", ["thread", "handler"]),
        ("predict", "atexit.register(print, 'tracer')", ["thread", "handler", "tracer"]),
    ],
)
def test_a_prediction_ends_at_once_when_all_is_done(command: str, before: str, expected: list[str]) -> None:
    line = [sys.executable, "-c", ENDING.format(command=command, before=before)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (3, expected, "")
