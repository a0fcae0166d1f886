"""From a waveform to what a model sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from pydantic import Field

from genrekit.component.base import Component

if TYPE_CHECKING:
    import torch


class FeatureShape(NamedTuple):
    """The shape of one example's features: [channels, bins, frames]."""

    channels: int
    bins: int
    frames: int


class FeatureExtractor(Component):
    """From a mono waveform to the features a model sees."""

    kind: ClassVar[str] = "features"
    any_length: ClassVar[bool] = False
    """False: every waveform is cropped or zero-padded to `window_samples` before it comes.
    True: waveforms between `minimum_samples` and 1.1 windows come as they are, and the module fits its own width."""
    stored_as: ClassVar[Literal["float16", "float32"]] = "float32"
    """The precision features are stored in. float16 has 11 bits, and halves what is written and read: enough for values
    that are about 1 in size, normalised ones, say."""

    sample_rate: int = Field(22050, ge=1000, le=384000, description="sample rate in Hz that audio is resampled to")

    def window_samples(self) -> int:
        """The samples that one example holds; longer recordings are cut into windows of this length."""
        return 30 * self.sample_rate

    def minimum_samples(self) -> int:
        """Shorter waveforms are zero-padded to this length first."""
        return 1

    def highest_hz(self) -> float:
        """The highest frequency that reaches the model, in Hz; half the sample rate unless a subclass knows better."""
        return self.sample_rate / 2

    def output_shape(self) -> FeatureShape | None:
        """The features' shape worked out without torch, or None if only running the module tells."""
        return None

    def build(self) -> torch.nn.Module:
        """A module: waveform float32 [batch, samples] in -1..1 -> features [batch, channels, bins, frames]."""
        raise NotImplementedError
