"""docs/plugins.md is run word for word; the pages of the kinds are what the code says, and their plugins work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_pages import ROOT, Page

from genrekit.component import KINDS
from genrekit.local_plugin import imported
from genrekit.plugins import load

GUIDE = Page("docs/plugins.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def environment(root: Path) -> dict[str, str]:
    """Where ``pip install .`` puts packages into a folder, without an index, and everything else finds them there."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GENREKIT_", "PIP_", "PYTEST_"))}
    site, bin_folder = root / "site", Path(sys.executable).parent
    pip = {"TARGET": site, "NO_INDEX": 1, "NO_DEPS": 1, "NO_CACHE_DIR": 1, "UPGRADE": 1, "DISABLE_PIP_VERSION_CHECK": 1}
    return kept | {
        "PATH": f"{bin_folder}{os.pathsep}{kept['PATH']}",
        "PYTHONPATH": str(site),
        "XDG_CACHE_HOME": str(root / "cache"),
        "GENREKIT_STORE": str(root / "store"),
        # pip reads this one the other way round.
        "PIP_NO_BUILD_ISOLATION": "0",
        **{f"PIP_{name}": str(value) for name, value in pip.items()},
    }


def sessions(block: str) -> Iterator[tuple[str, list[str]]]:
    """(command, the lines that it is said to print)."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    for part in parts:
        command, *lines = part.rstrip("\n").split("\n")
        yield command, lines


def agrees(said: str, lines: list[str]) -> bool:
    """Whether ``lines`` are what was said; … alone stands for any lines, within a line for anything."""
    pattern = ""
    for line in lines:
        pattern += r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*?") + r"\n"
    return re.fullmatch(pattern, said.rstrip("\n") + "\n") is not None


class Reader:
    """Somebody who types what the page says."""

    def __init__(self, root: Path) -> None:
        self.here, self.environment = root, environment(root)

    def reads(self, language: str, block: str) -> None:
        name = re.match(r"# ([\w./]+\.(?:py|toml))\n", block)
        if language == "console":
            for command, lines in sessions(block):
                self.types(command, lines)
        elif name:
            path = self.here / name[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block, encoding="utf-8")

    def types(self, command: str, lines: list[str]) -> None:
        program, _, rest = command.partition(" ")
        if program == "cd":
            self.here = self.here / rest
            return
        done = subprocess.run(
            command, shell=True, cwd=self.here, env=self.environment, capture_output=True, encoding="utf-8", timeout=600
        )
        failing = any("  failed" in line for line in lines)
        assert done.returncode == int(failing), f"{command}\n{done.stdout}\n{done.stderr}"
        assert not lines or agrees(done.stdout, lines), f"$ {command}\n{done.stdout}"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="commands are for a POSIX shell")
def test_the_guide_is_true_word_for_word(tmp_path: Path) -> None:
    blocks = BLOCK.findall(GUIDE.text)
    assert len(blocks) >= 12
    reader = Reader(tmp_path)
    for language, block in blocks:
        reader.reads(language, block)


def test_the_pages_of_the_kinds_are_current(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "docs" / "generate" / "plugin_pages.py", tmp_path], check=True)
    fresh = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "plugins").iterdir()}
    assert kept == fresh, "make docs"
    assert set(kept) == {f"{kind}.md" for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_guide_leads_to_every_kind(kind: str) -> None:
    assert f"](plugins/{kind}.md)" in GUIDE.text


@pytest.mark.parametrize("kind", KINDS)
def test_the_plugin_of_a_page_works_and_passes_its_test(kind: str, tmp_path: Path) -> None:
    code, test = Page(f"docs/plugins/{kind}.md").blocks("python")
    path = tmp_path / code.splitlines()[0].removeprefix("# ")
    path.write_text(code, encoding="utf-8")
    assert [plugin.status for plugin in load(local=[path], blocked=["genrekit"]).found][-1] == "loaded"
    with imported(path) as module:
        exec(test, dict(vars(module)))
