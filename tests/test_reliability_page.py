"""What docs/reliability.md counts is what the tests do.

A line of the page that says ``**100** kills ([`KILLS`](../tests/test_killed_runs.py))`` holds while that file assigns
100, or something 100 long, to ``KILLS`` at its top level.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sized
from pathlib import Path
from typing import Any

import pytest
from markdown_pages import ROOT, Page

PAGE = Page("docs/reliability.md")
PROMISES = (
    "Exact resume",
    "Crash-safe files",
    "Bad audio",
    "Bad recipes",
    "Bundles and stores from strangers",
    "Bulk prediction resumes",
    "Training that goes wrong",
    "Determinism",
    "Quiet dependencies",
    "Continuous integration",
)
FIGURE = r"\*\*([\d,]+)\*\*"
COUNT = re.compile(FIGURE + r"[^*\[\]]*\[`(\w+)`\]\(\.\./((?:tests|plugins)/[\w/.-]+\.py)\)")


def counted(path: Path, name: str) -> int:
    """What the file assigns to the name, or how long it is."""
    values = [value for target, value in assignments(ast.parse(path.read_text(encoding="utf-8"))) if target == name]
    assert len(values) == 1, f"{path} assigns {len(values)} times to {name}"
    value = number(values[0])
    return len(value) if isinstance(value, Sized) else int(value)


def assignments(module: ast.Module) -> list[tuple[str, ast.expr]]:
    """Names and values assigned at the top level."""
    found = []
    for line in module.body:
        if isinstance(line, ast.Assign):
            found += [(target.id, line.value) for target in line.targets if isinstance(target, ast.Name)]
        elif isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.value:
            found.append((line.target.id, line.value))
    return found


def number(value: ast.expr) -> Any:
    """A number, or a collection as long as the one that is written there, whatever is in it."""
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        assert not any(isinstance(item, ast.Starred) for item in value.elts), "cannot be counted without running it"
        return value.elts
    if isinstance(value, ast.Dict):
        assert None not in value.keys, "cannot be counted without running it"
        return value.keys
    return ast.literal_eval(value)


def claims() -> list[tuple[str, str, int]]:
    return [(path, name, int(figure.replace(",", ""))) for figure, name, path in COUNT.findall(PAGE.text)]


def test_every_promise_has_its_section() -> None:
    assert re.findall(r"^## (.+)$", PAGE.text, flags=re.MULTILINE) == list(PROMISES)


def test_every_bold_number_is_a_count() -> None:
    assert len(re.findall(FIGURE, PAGE.prose)) == len(claims()), "**100** kills ([`KILLS`](../tests/test_x.py))"


@pytest.mark.parametrize(("path", "name", "figure"), claims())
def test_count_is_what_the_tests_do(path: str, name: str, figure: int) -> None:
    assert counted(ROOT / path, name) == figure


def test_counting(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('A = 12\nB: tuple[int, ...] = (1, x(), 3)\nC = {"a": 1, "b": f}\n')
    assert [counted(tmp_path / "a.py", name) for name in "ABC"] == [12, 3, 2]
