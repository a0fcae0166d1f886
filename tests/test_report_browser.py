"""The report in a real browser: quiet on the console, nothing asked for, fit for a phone; it does what it should."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import Browser, Page
from page_checks import LOWEST_CONTRAST, OVERFLOW
from reporting import guesses, report
from test_report import HOSTILE, several_labels, tones
from toy_runs import ToyRuns, make_tones

ENTER, ESCAPE, RIGHT = ("Enter", 13), ("Escape", 27), ("ArrowRight", 39)


@pytest.fixture
def page(browser: Browser, toy: ToyRuns) -> Page:
    """A report with two parts, at desk width, in light."""
    labels = ["high", "low", "middle"]
    paths = [str(toy.tones / label / f"{index}.wav") for index in range(6) for label in labels]
    outcomes = [guesses(18, labels, paths, part) for part in ("validation", "test")]
    data = {"quarantined": [{"path": "/a/broken.wav", "reason": "the file is empty"}], "notes": ["one artist only"]}
    leakage = {"all": {"macro_f1": 0.8, "clips": 70}, "clean": {"macro_f1": 0.6, "clips": 50}}
    shown = browser.page()
    shown.show(1280)
    return shown.open(report(toy, outcomes, data, leakage=leakage))


def theme(page: Page) -> str:
    """The theme that is shown."""
    color = page.run("getComputedStyle(document.body).backgroundColor")
    return "dark" if all(int(part) < 60 for part in color[4:-1].split(",")) else "light"


def listed(page: Page) -> list[str]:
    """The clips in the panel beside the first matrix."""
    found = page.run(
        "[...document.querySelectorAll('.confusion .clips:not([hidden]) li')].map(e => e.firstChild.textContent)"
    )
    assert isinstance(found, list)
    return found


def test_nothing_is_complained_of_and_nothing_asked_for(page: Page) -> None:
    page.run("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.run("Promise.all([...document.images].filter(one => one.src).map(one => one.decode()))")
    assert page.problems == []
    assert [url for url in page.requests if not url.startswith("data:")] == [page.run("location.href")]


def test_sounds_can_be_played(page: Page) -> None:
    length = """new Promise((ready, failed) => {
      const sound = document.querySelector("audio");
      if (sound.readyState) return ready(sound.duration);
      sound.onloadedmetadata = () => ready(sound.duration); sound.onerror = () => failed(sound.error.message);
    })"""
    assert page.run(length) == pytest.approx(0.512, abs=0.15), "the window of 4096 samples at 8 kHz"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_follows_the_systems_theme_until_it_is_switched(page: Page, dark: bool) -> None:
    page.show(1280, dark=dark)
    assert theme(page) == ("dark" if dark else "light")
    page.click("#theme")
    assert theme(page) == ("light" if dark else "dark")
    assert page.run("document.querySelector('#theme').getAttribute('aria-pressed')") == str(not dark).lower()
    page.open(page.file)
    assert theme(page) == ("light" if dark else "dark"), "kept"
    page.click("#theme")
    assert theme(page) == ("dark" if dark else "light")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(page: Page, dark: bool) -> None:
    """WCAG 2.2 AA: a contrast of 4.5."""
    page.show(1280, dark=dark)
    page.run("document.querySelectorAll('details').forEach(one => { one.open = true })")
    contrast, text = page.run(LOWEST_CONTRAST)
    assert contrast >= 4.5, text


def test_a_cell_lists_its_clips_on_a_click(page: Page) -> None:
    cell = page.run("document.querySelector('.cell:not(.right)').dataset.cell")
    count = page.run("Number(document.querySelector('.cell:not(.right)').textContent)")
    assert listed(page) == []
    page.click(".cell:not(.right)")
    assert len(listed(page)) == count
    labels = ["high", "low", "middle"]
    assert all(name.startswith(labels[int(cell[0])]) for name in listed(page))
    title = f"{labels[int(cell[0])]}, taken for {labels[int(cell[2])]}"
    assert page.run("document.querySelector('.clips h3').textContent") == title
    page.click(".clips a")
    heard = page.run("document.querySelector(':target').dataset.clip")
    assert heard == listed(page)[0], "a clip that is among the mistakes leads there"
    page.click(".pairs .link")
    assert listed(page)


def test_cells_work_without_a_mouse(page: Page) -> None:
    assert page.run("document.querySelectorAll('#confusion > .confusion .cell[tabindex=\"0\"]').length") == 1
    page.run("document.querySelector('.cell').focus()")
    first = page.run("document.activeElement.dataset.cell")
    page.press(*RIGHT)
    second = page.run("document.activeElement.dataset.cell")
    assert second[0] == first[0]
    assert int(second[2]) > int(first[2])
    page.press(*ENTER)
    assert len(listed(page)) == int(page.run(f"document.querySelector('.cell[data-cell=\"{second}\"]').textContent"))
    assert page.run("document.activeElement.className") == "clips"
    page.press(*ESCAPE)
    assert page.run("document.activeElement.dataset.cell") == second


def test_charts_tell_their_values_to_the_keyboard(page: Page) -> None:
    page.run("document.querySelector('.chart svg').focus()")
    page.press(*RIGHT)
    page.press(*RIGHT)
    said = page.run("document.querySelector('.chart .reading').textContent")
    assert said == "epoch 2: training 1.5, validation 1.4"


def test_tables_sort(page: Page) -> None:
    column = "[...document.querySelectorAll('#classes tbody tr')].map(row => row.cells[0].textContent)"
    assert page.run(column) == ["high", "low", "middle"]
    page.click("#classes .sort")
    page.click("#classes .sort")
    assert page.run(column) == ["middle", "low", "high"]
    assert page.run("document.querySelector('#classes th').getAttribute('aria-sort')") == "descending"


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_reaches_beyond_the_sides(page: Page, width: int) -> None:
    page.show(width)
    page.run("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.run("document.querySelector('.cell').click()")
    assert page.run(OVERFLOW) == 0


def test_hostile_names_do_nothing(browser: Browser, toy: ToyRuns) -> None:
    labels = [f"a {HOSTILE}", "<img src=x onerror=alert(1)>" * 4, "c" * 300]
    paths = [f"/x/{HOSTILE}/{'long' * 40}{index}.wav" for index in range(9)]
    page = browser.page()
    page.show(390)
    page.open(report(toy, [guesses(9, labels, paths)]))
    page.run("document.querySelectorAll('.cell').forEach(one => one.click())")
    assert page.problems == []
    assert "<script>alert(1)" in page.run("document.querySelector('.clips').textContent")
    assert page.run(OVERFLOW) == 0


def test_several_labels_a_clip(browser: Browser, toy: ToyRuns) -> None:
    page = browser.page()
    page.show(390, dark=True)
    page.open(report(toy, [several_labels(tones(toy))]))
    assert page.problems == []
    assert page.run(OVERFLOW) == 0


def test_fifty_classes_fit_their_frame(browser: Browser, toy: ToyRuns, tmp_path: Path) -> None:
    make_tones(tmp_path / "tones")
    page = browser.page()
    page.show(390)
    page.open(report(toy, [guesses(400, [f"some sound number {index}" for index in range(50)])]))
    assert page.run(OVERFLOW) == 0
    sizes = "[...document.querySelectorAll('.cell')].map(cell => cell.getBoundingClientRect().width)"
    assert min(page.run(sizes)) >= 24, "WCAG 2.2's smallest target"
