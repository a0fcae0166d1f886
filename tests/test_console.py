"""What a run says holds nothing that steers a terminal, whatever files are called."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from toy_runs import ToyRuns, write

from genrekit.console import TerminalNarrator
from genrekit.errors import AudioError, GenrekitError

EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\rname"


@pytest.mark.parametrize("terminal", [False, True])
def test_lines_are_written_out_not_obeyed(terminal: bool) -> None:
    screen = io.StringIO()
    narrator = TerminalNarrator(Console(file=screen, force_terminal=terminal, color_system=None, highlight=False))
    narrator.say(EVIL)
    narrator.warn(f"warning: {EVIL}")
    with narrator.steps(EVIL if not terminal else "audio", 1) as advance:
        advance(EVIL)
    text = screen.getvalue()
    assert r"\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\rname" in text
    # A terminal's bar moves the cursor, and may.
    assert not {"\x07", "\x9b", "\u202e"} & set(text)
    assert "\x1b]" not in text
    assert "\x1b[2J" not in text


def test_a_quarantined_file_cannot_write_lines_of_its_own(toy: ToyRuns) -> None:
    name = f"a\nreport all is well\n{EVIL}.wav"
    write(toy.tones / "high" / "9.wav", np.full(6000, np.nan)).rename(toy.tones / "high" / name)
    screen = io.StringIO()
    toy.run("train.epochs=1", narrator=TerminalNarrator(Console(file=screen, highlight=False)))
    lines = [line for line in screen.getvalue().splitlines() if "all is well" in line]
    assert lines
    assert all(r"a\nreport all is well\n\x1b]0;owned" in line for line in lines)


def test_errors_are_written_out_too(command: Callable[..., Any], tmp_path: Path) -> None:
    missing = command("run", tmp_path / f"{EVIL}.toml")
    assert missing.code == 2
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(missing.err)
    assert str(AudioError("a\nb", "reason")) == r"a\nb: reason"
    assert str(GenrekitError("a\nb")) == "a\nb"
