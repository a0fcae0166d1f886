"""`log-mel`: its arithmetic against plain torchaudio, its order of steps, its shapes and its checks."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import torch
import torchaudio
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from genrekit import audio
from genrekit_builtins.mel import LogMel

ROUNDING = {"rtol": 0, "atol": 5e-6}
"""In standard deviations: levels of some -60 dB are float32 to 4e-6 dB, and a deviation is several dB."""

SMALL = {"sample_rate": 8000, "n_fft": 256, "hop_length": 128, "n_mels": 16, "frames": 20}


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return 0.1 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def plain_log_mel(waveform: torch.Tensor) -> torch.Tensor:
    """The published steps for one clip [samples], written out."""
    mel = torchaudio.transforms.MelSpectrogram(sample_rate=22050, n_fft=2048, hop_length=512, n_mels=128)(waveform)
    decibels = torchaudio.functional.amplitude_to_DB(mel, 10.0, 1e-10, 0.0)
    normalised = (decibels - decibels.mean()) / decibels.std()
    if normalised.shape[1] > 1280:
        normalised = normalised[:, :1280]
    return torch.nn.functional.pad(normalised, (0, 1280 - normalised.shape[1]))


@pytest.mark.parametrize("samples", [1025, 22050, 655360, 661500, 720000])
def test_equals_plain_torchaudio(samples: int) -> None:
    waveform = noise(samples)
    ours = LogMel().build()(waveform[None])
    assert ours.shape == (1, 1, 128, 1280)
    torch.testing.assert_close(ours[0, 0], plain_log_mel(waveform), **ROUNDING)


@pytest.mark.realdata
def test_equals_plain_torchaudio_on_real_music(real_data: Path) -> None:
    paths = sorted((real_data / "gtzan_mini").glob("*/*.wav"))[::25]
    assert len(paths) == 4
    for path in paths:
        waveform = torch.from_numpy(audio.read(path, 22050))
        ours = LogMel().build()(waveform[None])[0, 0]
        torch.testing.assert_close(ours, plain_log_mel(waveform), **ROUNDING)


def test_a_clip_is_the_same_alone_and_in_a_batch() -> None:
    features = LogMel(**SMALL).build()
    loud_and_quiet = noise(3, 4000) * torch.tensor([[1.0], [1e-3], [0.0]])
    together = features(loud_and_quiet)
    alone = torch.cat([features(clip[None]) for clip in loud_and_quiet])
    torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-5)


def test_normalises_the_whole_clip_before_it_crops() -> None:
    features = LogMel(**SMALL).build()
    clip = torch.cat([noise(20 * 128), torch.zeros(20 * 128)])
    cropped = features(clip[None])[0, 0]
    whole = LogMel(**SMALL | {"frames": 41}).build()(clip[None])[0, 0]
    assert torch.equal(cropped, whole[:, :20])
    assert cropped.mean() > 0.5, "the loud half lies above the mean of a clip whose other half is silent"
    assert whole.mean().abs() < 1e-5
    assert abs(whole.std() - 1) < 1e-5


def test_pads_with_zeros_after_it_normalised() -> None:
    padded = LogMel(**SMALL).build()(noise(1, 9 * 128))[0, 0]
    assert torch.equal(padded[:, 10:], torch.zeros(16, 10))
    assert padded[:, :10].abs().min() > 0
    assert abs(padded[:, :10].std() - 1) < 1e-5


@pytest.mark.parametrize("level", [0.0, 1e-9])
def test_a_silent_clip_is_all_zeros(level: float) -> None:
    out = LogMel().build()(torch.full((1, 655360), level))
    assert torch.equal(out, torch.zeros(1, 1, 128, 1280))


def test_a_pure_tone_is_brightest_in_its_band() -> None:
    options = LogMel(**SMALL)
    tone = torch.sin(2 * torch.pi * 1000 * torch.arange(4000) / 8000)
    brightest = options.build()(tone[None])[0, 0].argmax(dim=0)
    # 1000 Hz is 1000 mel; 17 equal steps of 126.2 mel reach 4000 Hz, so the 8th peak (index 7) is the nearest.
    assert brightest.tolist() == [7] * 20


def test_autocast_around_it_changes_nothing() -> None:
    features, clip = LogMel(**SMALL).build(), noise(1, 4000)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        under = features(clip)
    assert under.dtype == torch.float32
    assert torch.equal(under, features(clip))


def test_window_and_minimum() -> None:
    assert LogMel().window_samples() == 1280 * 512
    assert LogMel().minimum_samples() == 1025
    assert LogMel().output_shape() == (1, 128, 1280)
    assert LogMel.any_length


def test_the_minimum_is_the_shortest_waveform_that_works() -> None:
    options = LogMel(**SMALL)
    features, minimum = options.build(), options.minimum_samples()
    assert features(noise(1, minimum)).shape == (1, *options.output_shape())
    with pytest.raises(ValueError, match="samples are too few to be reflected"):
        features(noise(1, minimum - 1))


def test_f_min_and_f_max_bound_the_bands() -> None:
    tone = torch.sin(2 * torch.pi * 1000 * torch.arange(4000) / 8000)[None]
    narrow = LogMel(**SMALL | {"n_mels": 8, "f_min": 500.0, "f_max": 2000.0}).build()
    expected = torchaudio.transforms.MelSpectrogram(
        sample_rate=8000, n_fft=256, hop_length=128, n_mels=8, f_min=500.0, f_max=2000.0
    )(tone)
    decibels = 10 * expected.clamp(min=1e-10).log10()
    plain = (decibels - decibels.mean()) / decibels.std()
    torch.testing.assert_close(narrow(tone)[0], plain[..., :20], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"hop_length": 4096}, "hop_length 4096 is more than n_fft 2048"),
        ({"frames": 2}, "frames 2 times hop_length 512 is 1024 samples, not more than half of n_fft 2048"),
        ({"f_max": 11026}, "f_max 11026 Hz is above half the sample_rate, 11025 Hz"),
        ({"f_min": 8000, "f_max": 8000}, "f_min 8000 Hz is not below f_max, 8000 Hz"),
        ({"f_min": 11025}, "f_min 11025 Hz is not below f_max, 11025 Hz"),
        ({"n_fft": 512}, r"n_mels 128 are too many for n_fft 512: band 0 .* n_mels \d+ would do, or raise n_fft"),
        ({"hop_length": 4096, "f_max": 2e4}, "hop_length 4096 .*; f_max 20000 Hz"),
        ({"n_mels": 1}, "n_mels"),
        ({"n_fft": 15}, "n_fft"),
        ({"f_max": float("nan")}, "f_max"),
        ({"mels": 64}, "mels"),
    ],
)
def test_options_that_cannot_be_are_named(options: dict[str, float], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        LogMel(**options)


def test_the_number_of_bands_that_would_do_does() -> None:
    with pytest.raises(ValidationError, match="n_mels 93 would do"):
        LogMel(n_fft=512)
    LogMel(n_fft=512, n_mels=93).build()
    with pytest.raises(ValidationError, match="too many"):
        LogMel(n_fft=512, n_mels=94)


@given(
    sample_rate=st.sampled_from([8000, 11025, 16000, 22050, 44100]),
    n_fft=st.integers(64, 2048),
    n_mels=st.integers(2, 128),
    band=st.tuples(st.integers(0, 2000), st.none() | st.integers(1000, 22050)),
)
@settings(max_examples=200, deadline=None)
def test_the_check_agrees_with_torchaudio_on_empty_bands(
    sample_rate: int, n_fft: int, n_mels: int, band: tuple[int, int | None]
) -> None:
    f_min, f_max = band
    highest = f_max or sample_rate // 2
    if f_min >= highest or highest > sample_rate // 2:
        return
    given_options = {"sample_rate": sample_rate, "n_fft": n_fft, "hop_length": 16, "n_mels": n_mels}
    try:
        LogMel(**given_options, f_min=f_min, f_max=f_max)
        accepted = True
    except ValidationError:
        accepted = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bank = torchaudio.functional.melscale_fbanks(n_fft // 2 + 1, float(f_min), float(highest), n_mels, sample_rate)
    smallest = bank.max(dim=0).values.min().item()
    if accepted:
        assert smallest > 0
    else:
        assert smallest < 0.01, "refused although every band would have had weight"


def test_the_figures_that_stored_features_hold() -> None:
    """If this fails on purpose, raise ``LogMel.version`` and ``Mfcc.version``: stored features are stale."""
    ramp = torch.linspace(-1, 1, 4000) * torch.sin(torch.arange(4000) / 7)
    out = LogMel(**SMALL).build()(ramp[None])[0, 0]
    assert out[[0, 5, 15], [0, 10, 19]].tolist() == pytest.approx(GOLDEN, abs=1e-4)


GOLDEN = [1.96584, -0.07119, -0.99137]
