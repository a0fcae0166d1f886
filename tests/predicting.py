"""Predictors without a model, and recordings without files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from genrekit import audio, bundle
from genrekit.errors import AudioError
from genrekit.predict import Engine, Predictor

RATE, WINDOW = 1000, 2000
LABELS = ["quiet", "medium", "loud"]


@dataclass
class LevelEngine:
    """Tells how loud a waveform is, each by itself; remembers the shapes it was asked for."""

    shapes: list[tuple[int, ...]] = field(default_factory=list)
    before: Callable[[], None] = lambda: None

    def __call__(self, waveform: np.ndarray) -> np.ndarray:
        self.before()
        self.shapes.append(waveform.shape)
        level = np.abs(waveform).mean(axis=1)
        weights = np.exp(-((level[:, None] - np.array([0.0, 0.5, 1.0])) ** 2) * 20)
        shares: np.ndarray = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
        return shares


def level_predictor(
    engine: Engine | None = None, window: int = WINDOW, any_length: bool = True, within_db: float | None = None
) -> Predictor:
    """A predictor of windows of 2 s at 1 kHz."""
    part = bundle.Part(options={}, distribution="none", version="1")
    spec = {"sample_rate": RATE, "window_samples": window, "minimum_samples": 100, "any_length": any_length}
    manifest = bundle.Manifest(
        name="levels",
        genrekit="1",
        created="now",
        labels=LABELS,
        audio=bundle.Audio.model_validate(spec | {"within_db": within_db}),
        features=part,
        model=part,
        feature_shape=(1, 1, 1),
        parameters=0,
        onnx_difference=None,
        onnx_missing=None,
        plugins={},
        metrics={},
        files={},
    )
    return Predictor(Path("levels"), manifest, engine or LevelEngine())


Blocks = Callable[[], Iterator[np.ndarray]]


class Recordings(dict[str, Blocks]):
    """Name -> its blocks; stands in for every file. A name that is not there cannot be decoded."""

    def hold(self, name: str, *levels: float, seconds: float = 2.0, broken: bool = False) -> str:
        """A recording of stretches of ``seconds``, each at one level; ``broken`` at its end if told."""

        def blocks() -> Iterator[np.ndarray]:
            for level in levels:
                yield np.full(round(seconds * RATE), level, np.float32)
            if broken:
                raise AudioError(name, "truncated")

        self[name] = blocks
        return name

    def stream(self, path: str | Path, sample_rate: int) -> Iterator[np.ndarray]:
        assert sample_rate == RATE
        if str(path) not in self:
            raise AudioError(str(path), "cannot be decoded")
        return self[str(path)]()


@pytest.fixture
def recordings(monkeypatch: pytest.MonkeyPatch) -> Recordings:
    """What `genrekit.audio.stream` finds."""
    found = Recordings()
    monkeypatch.setattr(audio, "stream", found.stream)
    return found
