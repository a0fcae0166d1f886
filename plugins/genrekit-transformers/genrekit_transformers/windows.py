"""The options of features that come from an encoder: how long a window is, at which rate."""

from __future__ import annotations

import genrekit
from genrekit_transformers.checkpoint import Checkpoint
from genrekit_transformers.families import SAMPLE_RATE, Encoder


class Windowed(Checkpoint, genrekit.FeatureExtractor):
    """Windows of sound that an encoder takes in whole."""

    sample_rate: int = genrekit.Field(
        SAMPLE_RATE, ge=1000, le=384000, description="sample rate in Hz; the checkpoint's own, or it is refused"
    )
    seconds: float = genrekit.Field(
        10.0, ge=0.2, le=600, description="length of a window; AST takes 10.24 s at most, Whisper 30 s"
    )

    def window_samples(self) -> int:
        return round(self.seconds * self.sample_rate)

    def minimum_samples(self) -> int:
        return self.sample_rate // 10

    def fitting_encoder(self, download: bool = True) -> Encoder | None:
        """The encoder; ValueError if it cannot take the windows. Without ``download``, None where it is not here."""
        encoder = self.encoder() if download else self.known_encoder()
        if encoder is None:
            return None
        if encoder.sample_rate != self.sample_rate:
            raise ValueError(
                f"the checkpoint was trained at {encoder.sample_rate} Hz: sample_rate {self.sample_rate} will not do"
            )
        most = encoder.most_samples
        if most is not None and self.window_samples() > most:
            raise ValueError(
                f"seconds {self.seconds:g} is longer than what the checkpoint takes in: {most / self.sample_rate:g} "
                "at most; longer recordings are cut into windows"
            )
        if self.minimum_samples() < encoder.least_samples:
            raise ValueError(f"the checkpoint needs {encoder.least_samples} samples, more than a tenth of a second")
        return encoder
