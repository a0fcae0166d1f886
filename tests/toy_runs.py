"""Runs of the toy plugin on a few tones: what the core's tests are made on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from genrekit import plugins
from genrekit.pipeline import RunResult
from genrekit.running import run_recipe

TOY = Path(__file__).with_name("toy_plugin.py")

RECIPE = """
name = "toy"
seed = 3
executor = { use = "toy-threads" }

[dataset]
use = "toy-tones"
root = "tones"

[split]
use = "toy-third"

[features]
use = "toy-bands"

[[augment]]
use = "toy-louder"

[model]
use = "toy-small"

[train]
epochs = 3
batch_size = 5
threads = 1
optimizer = { use = "toy-descent" }
scheduler = { use = "toy-halving" }

[[evaluate]]
use = "toy-share"
"""


def make_tones(root: Path, per_class: int = 6, seconds: float = 0.75) -> Path:
    """Three classes of noisy sines at 8 kHz."""
    rng = np.random.default_rng(0)
    time_s = np.arange(round(8000 * seconds)) / 8000
    for name, frequency in (("low", 300), ("middle", 900), ("high", 2000)):
        (root / name).mkdir(parents=True, exist_ok=True)
        for index in range(per_class):
            tone = 0.3 * np.sin(2 * np.pi * frequency * (1 + 0.02 * rng.normal()) * time_s)
            write(root / name / f"{index}.wav", tone + 0.05 * rng.normal(size=len(time_s)))
    return root


def write(path: Path, waveform: Any, sample_rate: int = 8000) -> Path:
    """A float wav."""
    soundfile.write(path, np.asarray(waveform, dtype=np.float32), sample_rate, subtype="FLOAT")
    return path


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[ToyRuns]:
    """The toy plugin loaded, tones made, a recipe beside them."""
    plugins.configure(local=[str(TOY)])
    make_tones(tmp_path / "tones")
    (tmp_path / "recipe.toml").write_text(RECIPE)
    yield ToyRuns(tmp_path)
    plugins.configure()


class ToyRuns:
    """Runs below one folder."""

    def __init__(self, root: Path) -> None:
        self.root, self.tones, self.recipe = root, root / "tones", root / "recipe.toml"

    def run(self, *overrides: str, store: str = "store", **options: Any) -> RunResult:
        """One run."""
        return run_recipe(self.recipe, overrides=overrides, runs=self.root / "runs", store=self.root / store, **options)
