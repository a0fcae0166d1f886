"""The families of encoders, and what their configurations say of shapes. Imports neither torch nor transformers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import genrekit
from genrekit import FeatureShape

SAMPLE_RATE = 16000
"""What all of them were trained at, in Hz."""
FRAME, HOP = 400, 160
"""Samples in a spectrogram's frame, and from one to the next: 25 ms and 10 ms."""


@dataclass(frozen=True)
class Encoder(ABC):
    """A checkpoint's ``config.json`` and the configuration of its preprocessing."""

    config: dict[str, Any]
    preprocessor: dict[str, Any]

    defaults: ClassVar[dict[str, Any]]
    """What transformers takes where ``config.json`` does not say."""
    hidden_key: ClassVar[str] = "hidden_size"
    layers_key: ClassVar[str] = "num_hidden_layers"
    has_tokens: ClassVar[bool] = False
    """Whether it has tokens that stand for the whole recording."""

    def option(self, name: str) -> Any:
        """An entry of ``config.json``."""
        return self.config.get(name, self.defaults[name])

    @property
    def family(self) -> str:
        """What ``config.json`` calls it, such as "wav2vec2"."""
        return str(self.config["model_type"])

    @property
    def hidden(self) -> int:
        """The size of a hidden state."""
        return int(self.option(self.hidden_key))

    @property
    def layers(self) -> int:
        """How many transformer layers there are."""
        return int(self.option(self.layers_key))

    @property
    def sample_rate(self) -> int:
        """In Hz."""
        return int(self.preprocessor.get("sampling_rate", SAMPLE_RATE))

    @property
    @abstractmethod
    def most_samples(self) -> int | None:
        """The longest recording that it takes in whole; None: any."""

    @property
    @abstractmethod
    def least_samples(self) -> int:
        """The shortest recording that it makes something of."""

    @abstractmethod
    def frames(self, samples: int) -> int:
        """How many steps of time in its output are of a recording of ``samples``; of fixed lengths, of more still."""

    @abstractmethod
    def input_shape(self, samples: int) -> FeatureShape:
        """What it takes, as features are shaped, for windows of ``samples``."""

    def takes(self, shape: FeatureShape) -> str | None:
        """Why it cannot take features of that shape; None if it can."""
        wanted = self.input_shape(0)
        if shape == wanted:
            return None
        return f"it takes features of shape {list(wanted)}, not {list(shape)}"


@dataclass(frozen=True)
class Ast(Encoder):
    """Audio Spectrogram Transformer: patches of a mel spectrogram, zero-padded to a fixed number of frames."""

    defaults: ClassVar[dict[str, Any]] = {
        "hidden_size": 768, "num_hidden_layers": 12, "num_mel_bins": 128, "max_length": 1024, "patch_size": 16,
        "frequency_stride": 10, "time_stride": 10,
    }  # fmt: skip
    has_tokens = True

    @property
    def patches(self) -> tuple[int, int]:
        """How many patches there are along frequency, and along time."""
        patch = self.option("patch_size")
        bins, frames = self.option("num_mel_bins"), self.option("max_length")
        return (bins - patch) // self.option("frequency_stride") + 1, (frames - patch) // self.option("time_stride") + 1

    @property
    def most_samples(self) -> int:
        return FRAME + HOP * (int(self.option("max_length")) - 1)

    @property
    def least_samples(self) -> int:
        return FRAME

    def frames(self, samples: int) -> int:
        stride = int(self.option("time_stride"))
        return ((samples - FRAME) // HOP + stride) // stride

    def input_shape(self, samples: int) -> FeatureShape:
        return FeatureShape(1, self.option("num_mel_bins"), self.option("max_length"))


@dataclass(frozen=True)
class Whisper(Encoder):
    """Whisper's encoder: a log-mel spectrogram of 30 s, shorter recordings zero-padded."""

    defaults: ClassVar[dict[str, Any]] = {
        "d_model": 384,
        "encoder_layers": 4,
        "num_mel_bins": 80,
        "max_source_positions": 1500,
    }
    hidden_key = "d_model"
    layers_key = "encoder_layers"

    @property
    def most_samples(self) -> int:
        return 2 * HOP * int(self.option("max_source_positions"))

    @property
    def least_samples(self) -> int:
        return 1

    def frames(self, samples: int) -> int:
        return (samples + 2 * HOP - 1) // (2 * HOP)

    def input_shape(self, samples: int) -> FeatureShape:
        return FeatureShape(1, self.option("num_mel_bins"), 2 * self.option("max_source_positions"))


@dataclass(frozen=True)
class Waveform(Encoder):
    """wav2vec2, HuBERT and WavLM: convolutions over the waveform of any length, then a transformer."""

    defaults: ClassVar[dict[str, Any]] = {
        "hidden_size": 768, "num_hidden_layers": 12, "conv_kernel": (10, 3, 3, 3, 3, 2, 2),
        "conv_stride": (5, 2, 2, 2, 2, 2, 2),
    }  # fmt: skip

    @property
    def _convolutions(self) -> list[tuple[int, int]]:
        return list(zip(self.option("conv_kernel"), self.option("conv_stride"), strict=True))

    @property
    def most_samples(self) -> None:
        return None

    @property
    def least_samples(self) -> int:
        samples = 1
        for kernel, stride in reversed(self._convolutions):
            samples = (samples - 1) * stride + kernel
        return samples

    def frames(self, samples: int) -> int:
        for kernel, stride in self._convolutions:
            samples = (samples - kernel) // stride + 1
        return samples

    def input_shape(self, samples: int) -> FeatureShape:
        return FeatureShape(1, 1, samples)

    def takes(self, shape: FeatureShape) -> str | None:
        if shape[:2] != (1, 1):
            return f"it takes waveforms, features of shape [1, 1, samples], not {list(shape)}"
        if shape.frames < self.least_samples:
            return f"it needs {self.least_samples} samples or more, not {shape.frames}"
        return None


FAMILIES: dict[str, type[Encoder]] = {
    "audio-spectrogram-transformer": Ast,
    "hubert": Waveform,
    "wav2vec2": Waveform,
    "wavlm": Waveform,
    "whisper": Whisper,
}
"""``model_type`` in ``config.json`` -> what is known of such encoders."""


def encoder_of(config: dict[str, Any], preprocessor: dict[str, Any], where: str) -> Encoder:
    """What a checkpoint's configurations say; `genrekit.GenrekitError` if it is of another family."""
    family = config.get("model_type")
    if family not in FAMILIES:
        raise genrekit.GenrekitError(
            f"{where} is no encoder that genrekit-transformers knows",
            why=f"its model_type is {family!r}; known are {', '.join(FAMILIES)}",
        )
    return FAMILIES[family](config, preprocessor)
