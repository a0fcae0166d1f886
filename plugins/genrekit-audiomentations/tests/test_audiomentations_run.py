"""The example recipe, shortened."""

from __future__ import annotations

from pathlib import Path

import genrekit

EXAMPLE = Path(__file__).parents[1] / "examples" / "audiomentations.toml"
SHORT = [
    "dataset.clips_per_class=9", "dataset.seconds=1.0", "features.frames=43", "train.epochs=1",
    "train.epoch_size=32", "model.channels=[4,4]", "train.threads=1",
]  # fmt: skip


def test_the_example_runs_and_repeats(tmp_path: Path) -> None:
    runs = [
        genrekit.run(EXAMPLE, overrides=SHORT, runs=tmp_path / "runs", store=tmp_path / "store", finish=False)
        for _ in range(2)
    ]
    first, again = (run.folder / "checkpoints" / "best.safetensors" for run in runs)
    assert first.read_bytes() == again.read_bytes()
