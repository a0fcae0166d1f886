"""Reports made anew, and runs whose report could not be made."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reporting import Parsed
from toy_runs import TOY, ToyRuns

from genrekit.console import Narrator
from genrekit.errors import GenrekitError
from genrekit.pipeline import RunResult
from genrekit.report.again import report_again

Command = Callable[..., Any]
CLASSIC = ("evaluate=[{use='classification'}]", "train.epochs=2")


class Warned(Narrator):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def warn(self, text: str) -> None:
        self.said.append(text)


def refusing(*_: object, **__: object) -> Any:
    raise RuntimeError("no fonts\nhere")


def test_a_run_whose_report_cannot_be_made_has_not_failed(
    toy: ToyRuns, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Warned()
    with monkeypatch.context() as broken:
        broken.setattr("genrekit.report.write_report", refusing)
        result = toy.run(*CLASSIC, narrator=told)
    assert result.unreported == "RuntimeError: no fonts here"
    assert json.loads((result.folder / "status.json").read_text()) == {"status": "finished"}
    assert (result.folder / "bundle" / "model.onnx").exists()
    assert told.said[-1] == (
        f"warning: the report could not be made: RuntimeError: no fonts here. Model, figures and answers are in "
        f"{result.folder}; make the report again with: genrekit report {result.folder}"
    )
    answer = command("--plugin", TOY, "report", result.folder)
    assert (answer.code, answer.out) == (0, f"report {result.folder}/report.html\n")
    page = Parsed(result.folder / "report.html")
    assert "The most confident mistakes" in page.text


def test_the_command_says_so_by_its_exit_code(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    result = RunResult(Path("runs"), {}, interrupted=False, unreported="no fonts here")
    monkeypatch.setattr("genrekit.running.run_recipe", lambda *_, **__: result)
    assert command("run", "recipe.toml").code == 4


def told_by(page: Path) -> str:
    """What a page says, but for the minute it was written in and the order of the pictures."""
    return Parsed(page).text.partition(" · seed 3 · ")[2].partition("Pictures for papers")[0][16:]


def test_a_page_made_again_says_the_same(toy: ToyRuns) -> None:
    folder = toy.run(*CLASSIC).folder
    first = told_by(folder / "report.html")
    drawn = sorted(path.name for path in folder.glob("*.png"))
    report_again(folder)
    assert told_by(folder / "report.html") == first != ""
    for path in folder.glob("*.*g"):
        path.unlink()
    report_again(folder)
    assert sorted(path.name for path in folder.glob("*.png")) == drawn


def test_a_picture_that_cannot_be_drawn_costs_no_report(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    told = Warned()
    monkeypatch.setattr("genrekit_builtins.classification.Classification.pictures", refusing)
    result = toy.run(*CLASSIC, narrator=told)
    assert result.unreported is None
    assert "warning: no pictures of classification: RuntimeError: no fonts here" in told.said
    assert (result.folder / "report.html").exists()


def test_a_run_without_figures_has_no_report(tmp_path: Path, command: Command) -> None:
    (tmp_path / "recipe.toml").write_text("")
    with pytest.raises(GenrekitError, match="has no figures yet"):
        report_again(tmp_path)
    answer = command("report", tmp_path / "nowhere")
    assert (answer.code, answer.err.splitlines()[0]) == (2, f"there is no run at {tmp_path}/nowhere")
