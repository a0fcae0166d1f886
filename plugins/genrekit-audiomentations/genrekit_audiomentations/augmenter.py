"""What the augmenters have in common: which transform, with which options, drawn by which seed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import model_validator

import genrekit

if TYPE_CHECKING:
    import numpy as np
    import torch

OWN = frozenset({"use", "on", "probability", "sample_rate"})
"""Options that are genrekit's."""

NEEDS = {
    "Limiter": {"": ("numpy_audio_limiter", "numpy-audio-limiter")},
    "LoudnessNormalization": {"": ("loudness", "loudness")},
    "RoomSimulator": {"": ("pyroomacoustics", "pyroomacoustics")},
    "Mp3Compression": {
        "fast-mp3-augment": ("fast_mp3_augment", "fast-mp3-augment"),
        "lameenc": ("lameenc", "lameenc"),
        "pydub": ("pydub", "pydub"),
    },
}
"""Transform -> its ``backend``, if it has one -> the module that it needs beside audiomentations, and its package."""


class Transform(genrekit.Augmenter):
    """A waveform transform of audiomentations, at the clip's own draw."""

    transform: ClassVar[str]

    on: Literal["waveform"] = genrekit.Field("waveform", description="what it changes; these transforms take waveforms")
    sample_rate: int = genrekit.Field(ge=1000, le=384000, description="the sample rate in Hz of the recipe's features")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        problems = [*self._crossed(), *self._missing()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _crossed(self) -> Iterator[str]:
        given = dict(self)
        for name, low in given.items():
            high = given.get(name.replace("min_", "max_", 1))
            if name.startswith("min_") and high is not None and low > high:
                yield f"{name} {low:g} must not be above {name.replace('min_', 'max_', 1)} {high:g}"

    def _missing(self) -> Iterator[str]:
        module, package = NEEDS.get(self.transform, {}).get(getattr(self, "backend", ""), ("", ""))
        if module and find_spec(module) is None:
            yield f"it needs {package}, which is not installed: pip install {package}"

    def arguments(self) -> dict[str, Any]:
        """What audiomentations gets."""
        return {name: value for name, value in self if name not in OWN}

    def draw(self, rng: np.random.Generator, shape: tuple[int, ...]) -> dict[str, int]:
        return {"seed": int(rng.integers(2**32))}

    def apply(self, batch: torch.Tensor, draws: dict[str, torch.Tensor]) -> torch.Tensor:
        """Raises `genrekit.GenrekitError` for options that the transform refuses, or a folder without audio."""
        import torch

        from genrekit_audiomentations._applying import changed

        waveforms = zip(batch.float().cpu().numpy(), draws["seed"].tolist(), strict=True)
        rows = [torch.from_numpy(changed(self, waveform, seed)) for waveform, seed in waveforms]
        return torch.stack(rows).to(batch)
