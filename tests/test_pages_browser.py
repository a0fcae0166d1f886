"""The pages of a series, a comparison and an audit in a real browser, on a phone and on a desk, in light and dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Browser, Page
from page_checks import SETTINGS, check
from series_pages import make_series
from test_compare import OTHER, RIGHT, make_run
from toy_runs import ToyRuns, write

Command = Callable[..., Any]
LONG = "a recording with a long name " * 6


@pytest.fixture
def page(browser: Browser) -> Page:
    """A new one, at desk width."""
    shown = browser.page()
    shown.show(1280)
    return shown


def test_the_page_of_a_series(page: Page, toy: ToyRuns) -> None:
    page.open(make_series(toy) / "report.html")
    for width, dark in SETTINGS:
        check(page, width, dark)
    page.click(".cell:not(.right)")
    count = page.run("Number(document.querySelector('.cell:not(.right)').textContent)")
    assert page.run("document.querySelectorAll('.clips:not([hidden]) li').length") == count
    page.click(".clips a")
    assert page.run("document.querySelector(':target').className") == "mistake", "its clips lead to what can be heard"
    page.run("document.querySelector('.chart svg').focus()")
    page.press("ArrowRight", 39)
    assert "right" in page.run("document.querySelector('.chart .reading').textContent")
    column = "[...document.querySelectorAll('#classes tbody tr')].map(row => row.cells[0].textContent)"
    page.click("#classes .sort")
    page.click("#classes .sort")
    assert page.run(column) == ["middle", "low", "high"]


def test_the_page_of_a_comparison(page: Page, tmp_path: Path, command: Command) -> None:
    names = [f"{LONG}{index}.wav" for index in range(10)]
    runs = [make_run(tmp_path / "a", RIGHT, names=names), make_run(tmp_path / "b", OTHER, names=names, seed=4)]
    file = tmp_path / "page.html"
    assert command("compare", *runs, make_run(tmp_path / "c", RIGHT, names=names), "--html", file).code == 0
    page.open(file)
    for width, dark in SETTINGS:
        check(page, width, dark)
    clips = "[...document.querySelectorAll('table.sortable tbody tr')].map(row => row.cells[0].textContent)"
    first = page.run(clips)
    page.click("table.sortable .sort")
    page.click("table.sortable .sort")
    assert page.run(clips) == sorted(first, reverse=True)


def test_the_page_of_an_audit(page: Page, tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENREKIT_STORE", str(tmp_path / "store"))
    rng = np.random.default_rng(0)
    for label in ("low", "high"):
        (tmp_path / "tones" / label).mkdir(parents=True)
        for index in range(3):
            write(tmp_path / "tones" / label / f"{LONG}{index}.wav", 0.1 * rng.normal(size=4000))
        write(tmp_path / "tones" / label / "<b>silent</b>.wav".replace("/", ""), np.zeros(4000))
    file = tmp_path / "page.html"
    assert command("data", "audit", tmp_path / "tones", "--html", file).code == 1
    page.open(file)
    for width, dark in SETTINGS:
        check(page, width, dark)
    page.run("document.querySelectorAll('details').forEach(one => { one.open = false })")
    page.click("details summary")
    assert page.run("document.querySelector('details').open")
    assert "<b>silent<b>.wav" in page.run("document.body.textContent")
