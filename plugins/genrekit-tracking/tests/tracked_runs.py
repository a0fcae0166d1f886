"""Small runs with ``[tracking]``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import genrekit
from genrekit.console import Narrator
from genrekit.pipeline import RunResult
from genrekit.running import run_recipe
from genrekit.testing import write_tones

RECIPE = """
name = "tones"
seed = 1
split = {{ use = "random", validation = 0.25, test = 0.25 }}
dataset = {{ use = "folder", root = "tones" }}
features = {{ use = "log-mel", sample_rate = 8000, n_fft = 256, hop_length = 128, n_mels = 16, frames = 40 }}
model = {{ use = "crnn", channels = [4, 4], hidden_size = 4, head_size = 4 }}

[train]
epochs = 3
batch_size = 4
threads = 1

[tracking]
{tracking}
"""


class Said(Narrator):
    """Keeps what a run says."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str) -> None:
        self.lines.append(text)

    warn = say

    def about(self, name: str) -> list[str]:
        """The lines in which ``name`` stands."""
        return [line for line in self.lines if name in line]


class Stops:
    """A listener that ends training after an epoch as Ctrl-C would."""

    def __init__(self, after: int) -> None:
        self.after = after

    @genrekit.hookimpl(trylast=True)
    def epoch_ended(self, event: Any) -> None:
        if event.epoch == self.after:
            raise KeyboardInterrupt


def write_recipe(folder: Path, tracking: str) -> Path:
    """The recipe, and the tones beside it."""
    if not (folder / "tones").exists():
        write_tones(folder / "tones")
    (folder / "tones.toml").write_text(RECIPE.format(tracking=tracking), encoding="utf-8")
    return folder / "tones.toml"


def run(folder: Path, tracking: str, *overrides: str, **options: Any) -> RunResult:
    """One run below ``folder``."""
    recipe = write_recipe(folder, tracking)
    return run_recipe(recipe, overrides=overrides, runs=folder / "runs", store=folder / "store", **options)
