from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import small_components
from pydantic import ValidationError

from genrekit.cli.option_text import bounds_text, option_texts, type_text
from genrekit.cli.snippet import snippet
from genrekit.component import KINDS
from genrekit.plugins import load

Command = Callable[..., tuple[int, str, str]]

MINE = """\
from typing import Literal
import genrekit

class Mine(genrekit.Model):
    '''A model of mine.'''
    use: Literal["NAME"] = "NAME"

@genrekit.hookimpl
def register_models(register):
    register(Mine)
"""

ODD = MINE.replace("NAME", "odd").replace(
    "    use", "    size: memoryview = genrekit.Field(description='none')\n    use"
)


@pytest.fixture
def only_small(monkeypatch: pytest.MonkeyPatch) -> str:
    """The small components and no others; gives the name of their distribution."""
    path = str(Path(small_components.__file__))
    monkeypatch.setenv("GENREKIT_PLUGINS", path)
    monkeypatch.setenv("GENREKIT_BLOCK", "genrekit")
    return path


def rows(command: Command, *arguments: object) -> list[dict[str, Any]]:
    return json.loads(command("plugins", "--format", "json", *arguments)[1])


def test_components_are_listed_with_their_options(command: Command, only_small: str) -> None:
    found = [row for row in rows(command) if row["status"] == "loaded"]
    assert [(row["kind"], row["name"]) for row in found][:4] == [
        ("augmenter", "flip"),
        ("augmenter", "louder"),
        ("dataset", "noises"),
        ("dataset", "tones"),
    ]
    assert {row["kind"] for row in found} == set(KINDS)
    assert found[1] == {
        "kind": "augmenter",
        "name": "louder",
        "options": ["on", "probability", "amount"],
        "plugin": "small_components",
        "distribution": only_small,
        "version": "local",
        "status": "loaded",
        "cause": None,
    }


def test_blocked_plugins_are_listed(command: Command, only_small: str) -> None:
    blocked = [row for row in rows(command) if row["status"] == "blocked"]
    assert {row["distribution"] for row in blocked} == {"genrekit"}
    assert {row["kind"] for row in blocked} == {"plugin"}
    assert "crnn" in [row["name"] for row in blocked]


def test_names_in_conflict_are_listed_with_both_plugins(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(MINE.replace("NAME", "crnn"))
    found = [row for row in rows(command, "--plugin", path) if row["status"] == "conflict"]
    assert [(row["kind"], row["name"], row["plugin"]) for row in found] == [
        ("model", "crnn", "crnn"),
        ("model", "crnn", "mine"),
    ]
    assert f"claimed by 2 plugins, 'crnn' (genrekit) and 'mine' ({path})" in found[0]["cause"]
    assert found[0]["cause"] in command("plugins", "--plugin", path)[1]


def test_plugins_without_components_are_listed_with_their_hooks(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "listener.py"
    path.write_text("import genrekit\n@genrekit.hookimpl\ndef run_ended(event): pass\n")
    listener = [row for row in rows(command, "--plugin", path) if row["name"] == "listener"]
    assert [(row["kind"], row["options"]) for row in listener] == [("plugin", ["run_ended"])]


def test_the_plain_table_is_aligned(command: Command, only_small: str) -> None:
    lines = command("plugins")[1].splitlines()
    assert lines[0].split() == ["kind", "name", "distribution", "version", "status", "options"]
    columns = [lines[0].index(title) for title in ("name", "distribution", "version", "status")]
    assert all(line[column - 1] == " " != line[column] for line in lines[1:] for column in columns)
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.skipif(os.name == "nt", reason="there are no pseudo-terminals here")
def test_the_table_on_a_terminal(only_small: str) -> None:
    import pty

    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "200"}
    line = [sys.executable, "-m", "genrekit", "plugins", "show", "dense"]
    done = subprocess.run(line, stdout=child, stderr=subprocess.PIPE, env=environment, check=False)
    os.close(child)
    seen = os.read(parent, 100_000).decode()
    os.close(parent)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "hidden_size" in seen
    assert "──" in seen


def test_a_component_is_documented(command: Command, only_small: str) -> None:
    assert command("plugins", "show", "dense") == (
        0,
        f"""\
dense  (model, from plugin 'small_components' of {only_small})

Fully connected layers.

option       type               default  bounds         meaning
hidden_size  integer            16       >= 1, <= 1024  outputs of the hidden layer
dropout      number             0.5      >= 0, < 1      the share of outputs zeroed in training
layers       array of table     []                      further layers
width        integer or "auto"  "auto"                  the width, or auto

[model]
use = "dense"
hidden_size = 16
dropout = 0.5
layers = []
width = "auto"
""",
        "",
    )


def test_what_must_be_given_is_required(command: Command, only_small: str) -> None:
    out = command("plugins", "show", "tones")[1].splitlines()
    assert "root    path           required          the folder of clips" in out
    assert "limit   integer        none      >= 1    the most clips to use" in out
    assert 'root = "…"' in out
    assert not any(line.startswith("limit =") for line in out)


def test_a_component_without_options(command: Command, only_small: str) -> None:
    assert command("plugins", "show", "here")[1].splitlines()[1:] == [
        "",
        "In this thread.",
        "",
        "[executor]",
        'use = "here"',
    ]


def test_a_name_of_several_kinds_is_shown_for_each(command: Command, only_small: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(MINE.replace("NAME", "energy"))
    out = command("plugins", "show", "energy", "--plugin", path)[1]
    assert "energy  (features, from plugin 'small_components'" in out
    assert f"energy  (model, from plugin 'mine' of {path})" in out


def test_options_that_cannot_be_read(command: Command, tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text(ODD)
    code, _, err = command("plugins", "show", "odd", "--plugin", tmp_path / "odd.py")
    assert code == 2
    assert err.startswith(
        f"model 'odd' of 'odd' ({tmp_path / 'odd.py'}) has an option that cannot be read\n  why: Unable"
    )


def test_an_unknown_name(command: Command, only_small: str) -> None:
    assert command("plugins", "show", "dens")[:2] == (2, "")
    assert command("plugins", "show", "dens")[2].startswith("no component is named 'dens'; did you mean 'dense'?")
    assert "; available: constant, dense, descent" in command("plugins", "show", "zzz")[2]


INSTALLED = [entry.component for entries in load().registry.claims.values() for entry in entries]


def _made(component: Any, options: dict[str, Any]) -> Any:
    """The component; None if it cannot do without an option that has no default."""
    try:
        return component.model_validate(options)
    except ValidationError:
        return None


@pytest.mark.parametrize("component", INSTALLED, ids=lambda component: f"{component.kind}-{component.name()}")
def test_every_installed_component_can_be_copied_from_its_documentation(component: Any) -> None:
    """What is shown is TOML, in the place where recipes have it, and says what the defaults are anyway."""
    shown: Any = tomllib.loads(snippet(component))
    while "use" not in shown:
        (shown,) = shown if isinstance(shown, list) else shown.values()
    required = {name for name, option in component.model_fields.items() if option.is_required()}
    assert shown["use"] == component.name()
    assert required <= set(shown)
    if not required:
        assert _made(component, shown) == _made(component, {})
    assert all(text.description and text.type != "anything" for text in option_texts(component))


@pytest.mark.parametrize(
    ("schema", "text", "bounds"),
    [
        ({"type": "integer", "minimum": 1, "exclusiveMaximum": 9}, "integer", ">= 1, < 9"),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 1.5}, "number", "> 0, <= 1.5"),
        ({"type": "string", "format": "path"}, "path", ""),
        ({"type": "string", "pattern": "a+", "minLength": 2}, "string", "matches a+, at least 2 characters"),
        ({"enum": ["mean", "max"], "type": "string"}, '"mean" or "max"', ""),
        ({"const": "x", "type": "string"}, '"x"', ""),
        ({"enum": [f"n{i}" for i in range(25)]}, 'one of 25, such as "n0" or "n1"', ""),
        ({"anyOf": [{"enum": ["a", "b"]}, {"type": "string"}]}, "string", ""),
        ({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": None}, "integer", ">= 1"),
        ({"anyOf": [{"type": "integer"}, {"const": "auto"}]}, 'integer or "auto"', ""),
        ({"type": "array", "items": {"type": "number"}, "minItems": 2}, "array of number", "at least 2 elements"),
        (
            {"type": "array", "prefixItems": [{"type": "number"}, {"type": "integer"}], "minItems": 2, "maxItems": 2},
            "[number, integer]",
            "",
        ),
        ({"$ref": "#/$defs/Layer"}, "table", ""),
        ({"type": "object", "additionalProperties": {"type": "number"}}, "table", ""),
        ({}, "anything", ""),
    ],
)
def test_types_and_bounds_in_words(schema: dict[str, Any], text: str, bounds: str) -> None:
    assert type_text(schema, {"Layer": {"type": "object"}}) == text
    assert bounds_text(schema) == bounds


CHECKED = """\
from typing import Literal
import genrekit

class Mine(genrekit.Executor):
    '''Threads.'''
    use: Literal["mine"] = "mine"
    workers: int = genrekit.Field(1, ge=1, description="threads")

    def open(self):
        from concurrent.futures import ThreadPoolExecutor
        return ThreadPoolExecutor(self.workers)

    def capacity(self):
        return self.workers

@genrekit.hookimpl
def register_executors(register):
    register(Mine)
"""


def test_a_local_file_is_checked(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(CHECKED)
    code, out, err = command("plugins", "check", "--plugin", path)
    assert (code, err) == (0, "")
    assert out.splitlines()[:5] == [
        "plugin mine",
        "  passed   loads",
        "  skipped  says which API it needs",
        '           it does not: requires_genrekit_api = ">=1.0,<2" would say so',
        "",
    ]
    assert "executor mine\n  passed   documented\n" in out
    passed = sum(line.startswith("  passed") for line in out.splitlines())
    assert passed > 10
    assert out.splitlines()[-1] == f"{passed} passed, 0 failed, 1 skipped"


def test_what_breaks_the_contract_is_an_exit_code_of_one(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(CHECKED.replace("return self.workers\n", "return 0\n"))
    code, out, err = command("plugins", "check", "--plugin", path)
    assert (code, err) == (1, "")
    assert "  failed   capacity\n           capacity() is 0\n" in out
    found = json.loads(command("plugins", "check", "mine", "--plugin", path, "--format", "json")[1])
    assert [one["check"] for one in found if one["status"] == "failed"] == ["capacity"]


def test_what_cannot_be_checked(command: Command) -> None:
    assert command("plugins", "check")[2].startswith("say what to check\n  try: one of genrekit")
    code, _, err = command("plugins", "check", "genrekit-wavelet")
    assert code == 2
    assert err.startswith("no plugin of a distribution 'genrekit-wavelet' is installed")
