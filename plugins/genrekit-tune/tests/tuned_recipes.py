"""Small recipes with ``[tune]``, and studies of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from genrekit_tune.searching import Searching

from genrekit.console import Narrator
from genrekit.testing import write_tones

RECIPE = """
name = "tones"
seed = 1
split = {{ use = "random", validation = 0.25, test = 0.25 }}
dataset = {{ use = "folder", root = "tones" }}
features = {{ use = "log-mel", sample_rate = 8000, n_fft = 256, hop_length = 128, n_mels = 16, frames = 40 }}
model = {{ use = "crnn", channels = [4, 4], hidden_size = 4, head_size = 4 }}
augment = [{{ use = "gain", amount = 0.1 }}]

[train]
epochs = 2
batch_size = 4
threads = 1
optimizer = {{ use = "adam", lr = 2e-3 }}

[tune]
{tune}
"""

LR = "[tune.space]\ntrain.optimizer.lr = { low = 1e-3, high = 1e-1, log = true }\n"


class Said(Narrator):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.rows: list[list[str]] = []

    def say(self, text: str) -> None:
        self.lines.append(text)

    warn = say

    def table(self, titles: Any, rows: Any) -> None:
        self.rows = [list(titles), *map(list, rows)]


def write_recipe(folder: Path, tune: str) -> Path:
    """The recipe, and the tones beside it."""
    if not (folder / "tones").exists():
        write_tones(folder / "tones")
    path = folder / "tones.toml"
    path.write_text(RECIPE.format(tune=tune), encoding="utf-8")
    return path


def searching(folder: Path, tune: str, *overrides: str, study: str = "study") -> Searching:
    """A study below ``folder``."""
    recipe = write_recipe(folder, tune)
    return Searching.of(recipe, overrides, folder / study, folder / "store", Said())


def params(search: Searching) -> list[dict[str, Any]]:
    """Each trial's parameters."""
    return [trial.params for trial in search.study.trials.get_trials(deepcopy=False)]


def values(search: Searching) -> list[float | None]:
    """Each trial's value."""
    return [trial.value for trial in search.study.trials.get_trials(deepcopy=False)]
