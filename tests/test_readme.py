"""What README shows is true: its recipe, its plugin, its Python, its commands, its error, its lists."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from markdown_pages import ROOT, Page
from toy_runs import make_tones

from genrekit import cli
from genrekit.cli.global_options import GlobalOptions
from genrekit.plugins import load

Command = Callable[..., Any]

README = Page("README.md")
BIRDS = README.block("toml", "# birds.toml")
SMALL = BIRDS.replace('use = "crnn"', 'use = "crnn"\nchannels = [2, 2, 2]\nhidden_size = 4\nhead_size = 4').replace(
    "epochs = 30", "epochs = 30\nthreads = 1"
)
"""The same with a model that takes seconds."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of somebody who has recordings of birds at home, and a song."""
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    monkeypatch.setenv("GENREKIT_STORE", str(tmp_path / "store"))
    make_tones(tmp_path / "home" / "recordings" / "birds")
    work = tmp_path / "work"
    work.mkdir()
    shutil.copy(tmp_path / "home" / "recordings" / "birds" / "low" / "0.wav", work / "song.wav")
    monkeypatch.chdir(work)
    return work


def test_recipe_is_valid(command: Command, here: Path) -> None:
    (here / "birds.toml").write_text(BIRDS, encoding="utf-8")
    answer = command("recipe", "check", "birds.toml")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("birds.toml: ok: birds: folder > random > log-mel > crnn; ")


def test_error_is_what_is_said(command: Command, here: Path) -> None:
    shown = README.block("text", "did you mean")
    mistake = shown.splitlines()[1].strip()
    (here / "birds.toml").write_text(BIRDS.replace('use = "crnn"', f'use = "crnn"\n{mistake}'), encoding="utf-8")
    assert command("recipe", "check", "birds.toml") == (2, "", shown)


def test_python_works_and_the_run_leaves_what_is_listed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "birds.toml").write_text(SMALL, encoding="utf-8")
    names: dict[str, Any] = {}
    exec(README.block("python", "import genrekit\n\nresult"), names)
    figure, label = capsys.readouterr().out.split()
    assert 0 <= float(figure) <= 1
    assert label in {"low", "middle", "high"}
    listed = re.findall(r"^  ([\w.]+)/? ", README.block("text", "runs/birds/"), flags=re.MULTILINE)
    assert len(listed) >= 9
    assert {name for name in listed if not (names["result"].folder / name).exists()} == set()


def test_plugin_works(command: Command, here: Path) -> None:
    block = README.block("python", "hookimpl")
    name = block.splitlines()[0].removeprefix("# ")
    (here / name).write_text(block, encoding="utf-8")
    (here / "recipe.toml").write_text(SMALL + '\n[[augment]]\nuse = "brighter"\nprobability = 1\n', encoding="utf-8")
    (line,) = re.findall(r"`genrekit (--plugin .*? recipe\.toml)`", README.prose)
    assert name in line
    answer = command(*line.split(), "--set", "train.epochs=1")
    assert (answer.code, answer.err) == (0, "")
    entry_point = README.block("toml", "entry-points")
    assert f'"{Path(name).stem}"' in entry_point


COMMANDS = [
    line.removeprefix("$ ").partition(" > ")[0]
    for block in README.blocks("console")
    for line in block.splitlines()
    if line.startswith("$ ")
]


@pytest.mark.parametrize("line", COMMANDS)
def test_command_is_one(line: str) -> None:
    """Parsed, not run."""
    program, *arguments = shlex.split(line, comments=True)
    if program == "make":
        (target,) = arguments
        assert f"\n{target}: " in (ROOT / "Makefile").read_text(encoding="utf-8")
    if not program.endswith("genrekit"):
        assert all((ROOT / word).exists() for word in arguments if word.endswith((".txt", ".toml")))
        return
    _, rest = GlobalOptions.take(arguments)
    command: Any = typer.main.get_command(cli.build_app())
    while hasattr(command, "commands"):
        command = command.commands[rest.pop(0)]
    command.make_context("genrekit", rest)


def test_components_listed_are_those_that_there_are() -> None:
    section = README.prose.partition("## What there is")[2].partition("distributions bring")[0]
    rows = re.findall(r"^\| [^|]+ \| (.+) \|$", section, flags=re.MULTILINE)
    listed = [name for row in rows[1:] for name in re.findall(r"`([^`]+)`", row)]
    claims = load().registry.claims.items()
    shipped = [name for (_, name), (entry, *_) in claims if entry.distribution == "genrekit"]
    assert sorted(listed) == sorted(shipped)


def test_distributions_listed_are_those_that_there_are() -> None:
    listed = re.findall(r"^\| \[`(genrekit-\w+)`\]\(plugins/(genrekit-\w+)\) \|", README.prose, flags=re.MULTILINE)
    there = sorted(folder.name for folder in (Path(__file__).parent.parent / "plugins").glob("genrekit-*"))
    assert sorted(name for name, _ in listed) == sorted(name for _, name in listed) == there
    assert README.prose.count("Nine distributions") == 1
    assert len(there) == 9
