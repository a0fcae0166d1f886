"""The ``mel`` and ``pcen`` features: mel spectrograms whose options serve any sample rate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Discriminator, Tag

import genrekit
from genrekit_builtins.timed_mel import TimedMel

if TYPE_CHECKING:
    from torch import nn


WindowMs = Annotated[float, genrekit.Field(gt=0, le=1000)]
Normalisation = Literal["none", "clip", "loud", "bands", "tilt"]
OneOrSeveral = Annotated[
    Annotated[Normalisation, Tag("one")] | Annotated[tuple[Normalisation, ...], Tag("several")],
    Discriminator(lambda value: "one" if isinstance(value, str) else "several"),
]
"""Told apart first, so that a mistake in one is not told as if it might have been the other."""


class Mel(TimedMel):
    """Mel levels within a clip, whatever its gain.  waveform [batch, samples] -> [batch, channels, n_mels, frames]

    Power in decibels below the clip's loudest band and frame, down to -range_db, then normalised, divided by 20 and
    cropped or zero-padded to ``frames``. In that order, so that padding sits at the mean. A silent clip gives zeros.
    Times are in milliseconds: the same options serve 8 kHz speech and 44.1 kHz music.

    Subtracting each band's mean takes away a microphone's or a room's colour, and with it the colour of a steady sound
    (Atal, "Effectiveness of linear prediction characteristics of the speech wave for automatic speaker identification
    and verification", JASA 1974). "loud" takes the mean over frames within 25 dB of the loudest, so that it does not
    depend on how much near silence is around a sound. "tilt" takes away what a microphone, a room and a voice's effort
    change most and a vowel or a timbre least: the slow bend of the clip's spectrum, by its first ``tilt_terms``
    cepstral coefficients over those frames. With these two 0, and so padding, is 40 dB below the mean of those frames
    rather than at it, and a silent clip gives 2.

    One window cannot tell both when and how high: 24 ms shows a click, 96 ms the harmonics of an engine. With
    ``more_windows_ms`` the model sees the same clip through several, each a channel, or as many as there are in a list
    of ``normalise``, one window's after another's; as in Palanisamy, Singhania & Yao, "Rethinking CNN models for audio
    classification", arXiv 2007.11154, 2020.
    """

    use: Literal["mel"] = "mel"
    range_db: float = genrekit.Field(60.0, gt=0, le=200, description="levels further below the loudest are cut off")
    normalise: OneOrSeveral = genrekit.Field(
        "clip",
        description="what is subtracted. none: nothing. clip: the clip's mean. loud: the mean of its loud frames. "
        "bands: the mean of each band over the clip. tilt: the loud frames' mean and slow bend over the bands. "
        "Several: a channel of each",
    )
    tilt_terms: int = genrekit.Field(
        3, ge=1, le=64, description="cosines that tilt is made of: 1 is the mean, 2 adds a slope, 3 a bend"
    )

    more_windows_ms: tuple[WindowMs, ...] = genrekit.Field(
        (),
        max_length=8,
        description="lengths of further analysis windows in milliseconds, each seen in channels of its own",
    )

    def output_shape(self) -> genrekit.FeatureShape:
        channels = len(self.normalisations()) * len(self.each_window())
        return genrekit.FeatureShape(channels, self.n_mels, self.frames)

    def normalisations(self) -> tuple[Normalisation, ...]:
        """One for each channel of a window."""
        return (self.normalise,) if isinstance(self.normalise, str) else self.normalise

    def minimum_samples(self) -> int:
        return max(self.least_samples(one.n_fft()) for one in self.each_window())

    def each_window(self) -> list[Self]:
        """The same features through each of the analysis windows alone."""
        lengths = (self.window_ms, *self.more_windows_ms)
        return [self.model_copy(update={"window_ms": length, "more_windows_ms": ()}) for length in lengths]

    def problems(self) -> Iterator[str]:
        if not self.normalisations():
            yield 'normalise = [] leaves no channel: "none", or one of the others'
            return
        if len(set(self.normalisations())) < len(self.normalisations()):
            yield "normalise names one way twice: two channels would be the same"
            return
        yield from super().problems()
        for one in self.each_window()[1:]:
            yield from (f"more_windows_ms {one.window_ms:g}: {problem}" for problem in one.problems())

    def build(self) -> nn.Module:
        from genrekit_builtins._timed_mel_modules import Channels
        from genrekit_builtins._timed_mel_modules import Mel as Module

        modules = [Module(one) for one in self.each_window()]
        return Channels(modules) if len(modules) > 1 else modules[0]


class Pcen(TimedMel):
    """Per-channel energy normalisation.  waveform [batch, samples] -> [batch, 1, n_mels, frames]

    Each band's power is divided by a power of its own running mean, so that what changes stands out from what stays,
    then compressed by a root: (E / (eps + M) ** gain + bias) ** root - bias ** root, with
    M[t] = (1 - smoothing) * M[t - 1] + smoothing * E[t] from M[0] = E[0]. Then cropped or zero-padded to ``frames``.

    Wang, Getreuer, Hughes, Lyon & Saurous, "Trainable frontend for robust and far-field keyword spotting", ICASSP 2017,
    with its fixed parameters. The running mean is one product with a [frames, frames] matrix, so that a graph can hold
    it: it takes memory that grows with the square of the frames, 4 MB for 1,000.
    """

    use: Literal["pcen"] = "pcen"
    gain: float = genrekit.Field(0.98, ge=0, le=2, description="how far loudness is evened out: 0 not at all, 1 wholly")
    bias: float = genrekit.Field(2.0, ge=0, description="added before the root, which is steep near 0")
    root: float = genrekit.Field(0.5, gt=0, le=1, description="exponent of the compression")
    smoothing: float = genrekit.Field(0.025, gt=0, le=1, description="share of a new frame in the running mean")
    eps: float = genrekit.Field(1e-6, gt=0, le=1, description="power below which a band counts as silent")

    def build(self) -> nn.Module:
        from genrekit_builtins._timed_mel_modules import Pcen as Module

        return Module(self)


@genrekit.hookimpl
def register_features(register: Any) -> None:
    register(Mel)
    register(Pcen)
