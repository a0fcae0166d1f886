"""`mel` and `pcen`: against torchaudio and a loop, what gain and length change, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.fft
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from genrekit.torchaudio_guard import import_torchaudio
from genrekit_builtins._timed_mel_modules import cosines, tilt
from genrekit_builtins.timed_mel_features import Mel, Pcen

SMALL = {"sample_rate": 8000, "n_mels": 16, "frames": 40}


def noise(samples: int = 5120, clips: int = 2) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    fade = torch.linspace(0, 1, samples)
    return 0.1 * torch.randn(clips, samples, generator=generator) * fade


def torchaudio_power(options: Mel | Pcen, waveform: Tensor) -> Tensor:
    mel = import_torchaudio().transforms.MelSpectrogram(
        sample_rate=options.sample_rate,
        n_fft=options.n_fft(),
        win_length=options.window_length(),
        hop_length=options.hop_length(),
        n_mels=options.n_mels,
        f_min=options.f_min,
        f_max=options.highest_hz(),
    )
    return mel(waveform)


def levels(options: Mel, waveform: Tensor) -> Tensor:
    """Decibels below the loudest over 20, before anything is subtracted."""
    decibels = 10 * torchaudio_power(options, waveform).clamp(min=1e-10).log10()
    return (decibels - decibels.amax((1, 2), keepdim=True)).clamp(min=-options.range_db) / 20


@pytest.mark.parametrize("window_ms", [32.0, 25.0, 20.1])
def test_levels_agree_with_torchaudio(window_ms: float) -> None:
    options = Mel(**SMALL, normalise="none", window_ms=window_ms)
    expected = levels(options, noise())[:, None, :, :40]
    torch.testing.assert_close(options.build()(noise()), expected, rtol=0, atol=1e-4)


def test_more_windows_are_more_channels() -> None:
    several = Mel(**SMALL, window_ms=16, more_windows_ms=(64, 24), normalise=("clip", "bands"))
    alone = [Mel(**SMALL, window_ms=length, normalise=("clip", "bands")) for length in (16, 64, 24)]
    found = several.build()(noise())
    assert found.shape[1:] == several.output_shape() == (6, 16, 40)
    assert torch.equal(found, torch.cat([each.build()(noise()) for each in alone], dim=1))
    assert several.minimum_samples() == alone[1].minimum_samples() > alone[0].minimum_samples()
    assert several.window_samples() == alone[0].window_samples()


def test_what_is_subtracted() -> None:
    plain = levels(Mel(**SMALL), noise())
    clip, bands = plain - plain.mean((1, 2), keepdim=True), plain - plain.mean(2, keepdim=True)
    for normalise, channels in (("clip", [clip]), ("bands", [bands]), (("bands", "clip"), [bands, clip])):
        found = Mel(**SMALL, normalise=normalise).build()(noise())
        torch.testing.assert_close(found, torch.stack(channels, 1)[..., :40], rtol=0, atol=1e-4)


@pytest.mark.parametrize("terms", [1, 3, 16])
def test_tilt_is_the_low_cepstrum_of_the_loud_frames(terms: int) -> None:
    waveform = noise()
    waveform[:, 2560:] *= 0.01
    plain = levels(Mel(**SMALL), waveform)[..., :40]
    loudness = plain.mean(1)
    loud = loudness > loudness.amax(1, keepdim=True) - 25 / 20
    assert loud.any(1).all()
    assert not loud.all(1).any()
    mean = np.stack([clip[:, these].mean(1).numpy() for clip, these in zip(plain, loud, strict=True)])
    cepstrum = scipy.fft.dct(mean, norm="ortho", axis=1)
    cepstrum[:, terms:] = 0
    slow = torch.from_numpy(scipy.fft.idct(cepstrum, norm="ortho", axis=1))[:, None, :, None]
    found = Mel(**SMALL, normalise="tilt", tilt_terms=terms).build()(waveform)
    torch.testing.assert_close(found, plain[:, None] - slow + 2, rtol=0, atol=1e-4)
    if terms == 1:
        assert torch.equal(found, Mel(**SMALL, normalise="loud").build()(waveform))


def test_what_is_around_a_sound_does_not_change_its_loudness() -> None:
    """A clip's mean falls with the near silence that follows; the mean of its loud frames stays."""
    waveform = noise(2560)
    longer = nn.functional.pad(waveform, (0, 2560))
    alone, followed = (Mel(**SMALL, normalise=("clip", "loud")).build()(each)[..., :20] for each in (waveform, longer))
    torch.testing.assert_close(followed[:, 1], alone[:, 1], rtol=0, atol=0.1)
    assert float((followed[:, 0] - alone[:, 0]).mean()) > 1


def test_a_colour_that_bends_slowly_goes_with_the_tilt_and_a_peak_stays() -> None:
    rows = cosines(3, 16)
    level = torch.linspace(-1, 0, 16)[None, :, None] + torch.rand(1, 16, 50, generator=torch.manual_seed(0))
    bent = level + (0.5 * rows[1] - 0.3 * rows[2])[None, :, None]
    torch.testing.assert_close(bent - tilt(bent, rows)[..., None], level - tilt(level, rows)[..., None])
    peak = level + nn.functional.one_hot(torch.tensor(7), 16)[None, :, None]
    assert float((peak - tilt(peak, rows)[..., None] - level + tilt(level, rows)[..., None])[0, 7].mean()) > 0.7


def test_tilts_zero_is_quiet_so_its_padding_is() -> None:
    short = Mel(**SMALL, normalise="tilt").build()(noise(1280))
    assert torch.equal(short[..., 11:], torch.zeros(2, 1, 16, 29))
    assert short[..., 5:11].mean() == pytest.approx(2, abs=0.3)


@pytest.mark.parametrize("normalise", ["none", "clip", "loud", "bands", "tilt"])
def test_gain_changes_nothing_and_silence_is_zeros(normalise: str) -> None:
    module = Mel(**SMALL, normalise=normalise).build()
    torch.testing.assert_close(module(0.25 * noise()), module(noise()), rtol=0, atol=1e-4)
    silence = torch.full((1, 1, 16, 40), 2.0 if normalise in {"loud", "tilt"} else 0.0)
    assert torch.equal(module(torch.zeros(1, 5120)), silence)


def test_quieter_than_the_range_is_cut_off() -> None:
    waveform = noise()
    waveform[:, 2560:] *= 1e-4
    found = Mel(**SMALL, normalise="none", range_db=40).build()(waveform)
    assert found.min() == -2
    assert found.max() == 0


def test_a_short_clip_is_padded_with_zeros_that_are_its_mean() -> None:
    module = Mel(**SMALL).build()
    short = module(noise(1280))
    assert torch.equal(short[..., 11:], torch.zeros(2, 1, 16, 29))
    assert short[..., :11].mean().abs() < 1e-5


def test_times_in_milliseconds_serve_any_sample_rate() -> None:
    for rate in (8000, 16000, 22050, 44100):
        options = Mel(sample_rate=rate, frames=100, n_mels=64)
        assert options.window_samples() / rate == pytest.approx(1.6, rel=0.01)
        assert options.build()(torch.zeros(1, rate)).shape == (1, 1, 64, 100)
        assert not (torchaudio_power(options, noise()).amax((0, 2)) == 0).any(), "no band is empty"
    assert Mel(sample_rate=8000, n_mels=64).n_fft() == 512, "twice the window of 256"
    assert Mel(sample_rate=8000, n_mels=200).n_fft() == 1024, "512 would leave bands empty"


def test_graph_and_blocks_agree() -> None:
    options = Mel(**SMALL)
    waveform = noise().requires_grad_()
    torch.testing.assert_close(options.build()(waveform).detach(), options.build()(noise()), rtol=0, atol=1e-4)


def pcen(options: Pcen, power: np.ndarray) -> np.ndarray:
    """The paper's equations 1 and 2, frame by frame in double precision."""
    mean, out = power[:, 0], []
    for frame in power.T:
        mean = (1 - options.smoothing) * mean + options.smoothing * frame
        even = frame / (options.eps + mean) ** options.gain
        out.append((even + options.bias) ** options.root - options.bias**options.root)
    return np.stack(out, 1)


@pytest.mark.parametrize("options", [{}, {"gain": 0.5, "bias": 10.0, "root": 0.25, "smoothing": 0.2}, {"smoothing": 1}])
def test_pcen_is_the_papers(options: dict[str, float]) -> None:
    made = Pcen(**SMALL, **options)
    power = torchaudio_power(made, noise()).double().numpy()
    expected = np.stack([pcen(made, clip) for clip in power])[:, None, :, :40]
    np.testing.assert_allclose(made.build()(noise()), expected, rtol=1e-3, atol=1e-3)


def test_pcen_evens_out_gain_but_not_what_changes() -> None:
    steady, module = noise(5120), Pcen(**SMALL, smoothing=0.5).build()
    quiet, loud = module(steady), module(100 * steady)
    assert (loud / quiet).median() < 1.5, "a factor of 10,000 in power"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"hop_ms": 40}, "hop_ms 40 is more than window_ms 32"),
        ({"more_windows_ms": [64, 8]}, "more_windows_ms 8: hop_ms 16 is more than window_ms 8"),
        ({"normalise": []}, "leaves no channel"),
        ({"f_max": 5000}, "f_max 5000 Hz is above half the sample_rate, 4000 Hz"),
        ({"f_min": 4000}, "f_min 4000 Hz is not below f_max, 4000 Hz"),
        ({"n_mels": 1024, "f_min": 0, "f_max": 1}, "n_mels 1024 are too many between f_min 0 and f_max 1 Hz"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, float], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Mel(**SMALL | options)
