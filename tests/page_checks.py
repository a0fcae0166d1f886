"""What every page must be in a browser: quiet, alone, readable in both themes, and no wider than its window."""

from __future__ import annotations

from browser import Page

LOWEST_CONTRAST = """(() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const over = (color, below) => {
    canvas.fillStyle = `rgb(${below})`; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const above = [];
    for (let one = element; one; one = one.parentElement) above.unshift(getComputedStyle(one).backgroundColor);
    return above.reduce((below, color) => over(color, below), [255, 255, 255]);
  };
  let worst = [99, ""];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim(), element = walker.currentNode.parentElement;
    if (!text || !element.checkVisibility() || element.closest(".sound, script")) continue;
    const below = behind(element);
    const style = getComputedStyle(element), color = element.closest("svg") ? style.fill : style.color;
    const two = [light(over(color, below)), light(below)].sort((a, b) => b - a);
    const contrast = (two[0] + 0.05) / (two[1] + 0.05);
    if (contrast < worst[0]) worst = [contrast, text];
  }
  return worst;
})()"""

OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

SETTINGS = [(390, False), (390, True), (1280, False), (1280, True)]
"""A phone and a desk, in light and dark."""


def check(page: Page, width: int, dark: bool) -> None:
    """Everything opened out: nothing complained of, nothing asked for, nothing too wide, nothing hard to read."""
    page.show(width, dark=dark)
    page.open(page.file)
    page.run("document.querySelectorAll('details').forEach(one => { one.open = true })")
    page.run("Promise.all([...document.images].filter(one => one.src).map(one => one.decode()))")
    assert page.problems == []
    own = page.run("location.href")
    assert {url for url in page.requests if not url.startswith("data:")} == {own}
    assert page.run(OVERFLOW) == 0
    contrast, text = page.run(LOWEST_CONTRAST)
    assert contrast >= 4.5, text
