"""The example recipe on a data home of tones."""

from __future__ import annotations

from pathlib import Path

from genrekit_mirdata.tiny import tiny_gtzan

import genrekit

EXAMPLE = Path(__file__).parents[1] / "examples" / "mirdata.toml"
SHORT = [
    "features.sample_rate=8000", "features.frames=16", "features.n_mels=16", "features.n_fft=512",
    "split.validation=0.25", "split.test=0.25",
    "model.channels=[4]", "model.hidden_size=4", "model.gru_layers=1", "model.head_size=4", "train.epochs=1",
    "train.threads=1",
]  # fmt: skip


def test_the_example_runs(tmp_path: Path) -> None:
    overrides = [*SHORT, f"dataset.root={tiny_gtzan(tmp_path / 'home')}"]
    result = genrekit.run(EXAMPLE, overrides=overrides, runs=tmp_path / "runs", store=tmp_path / "store")
    assert result.metrics["test"]["accuracy"] is not None
    assert "gtzan_genre" in (result.folder / "recipe.toml").read_text()
