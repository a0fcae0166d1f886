"""How far prediction has come: a bar on the terminal, beside answers that go elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genrekit.bulk.table import Answering, Answers
    from genrekit.console import Narrator


def with_progress(answering: Answering, to_file: bool) -> Answering:
    """``answering``, and a bar on standard error, if that is a terminal and answers are not written there as well."""
    if not sys.stderr.isatty() or (sys.stdout.isatty() and not to_file):
        return answering
    from rich.console import Console

    from genrekit.console import TerminalNarrator

    return told(answering, TerminalNarrator(Console(stderr=True, highlight=False)))


def told(answering: Answering, narrator: Narrator) -> Answering:
    """``answering``, with a step for each recording that is answered."""

    def answers(groups: Iterable[list[str]]) -> Answers:
        from genrekit.answers import Prediction

        left = list(groups)
        with narrator.steps("recordings", sum(map(len, left))) as advance:
            for answer in answering(left):
                if isinstance(answer, Prediction):
                    advance(PurePath(answer.path).name)
                yield answer

    return answers
