"""Makes a run wait, so that a test can interrupt it where it wants: in the first epoch, or at the end of the second.

``WAIT_IN`` says in which; the file ``WAIT_FILE`` appears when the waiting begins.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any, Literal

import genrekit


class Waiting(genrekit.Augmenter):
    """Changes nothing."""

    use: Literal["waiting"] = "waiting"
    probability: float = genrekit.Field(1.0, description="the chance that a clip is looked at")

    def draw(self, rng: Any, shape: tuple[int, ...]) -> dict[str, int]:
        return {"by": 0}

    def apply(self, batch: Any, draws: dict[str, Any]) -> Any:
        if os.environ.get("WAIT_IN") == "first":
            wait()
        return batch


def wait() -> None:
    """Longer than any test does."""
    Path(os.environ["WAIT_FILE"]).touch()
    time.sleep(100)


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    register(Waiting)


@genrekit.hookimpl
def epoch_ended(event: Any) -> None:
    if os.environ.get("WAIT_IN") == "second" and event.epoch == 2:
        wait()
