"""The contract of features."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genrekit.component import FeatureExtractor, FeatureShape
from genrekit.testing import networks, recordings
from genrekit.testing.common import portable_copy
from genrekit.testing.contract import Case, check
from genrekit.testing.same import assert_close, assert_finite, untouched
from genrekit.windows import fit

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import nn


def check_features(component: FeatureExtractor) -> None:
    """Check a `genrekit.FeatureExtractor`; raises AssertionError with everything that is wrong."""
    from genrekit.testing.contract import check_component

    check_component(component)


def _module(case: Case) -> nn.Module:
    found: nn.Module = case.once("module", lambda: case.component.build().eval())
    return found


def _window(component: FeatureExtractor) -> int:
    return max(component.window_samples(), component.minimum_samples())


def _batch(case: Case, clips: int = 3) -> torch.Tensor:
    import torch

    return torch.from_numpy(recordings.noise(clips, _window(case.component)))


def _run(module: nn.Module, waveform: torch.Tensor) -> torch.Tensor:
    import torch

    with torch.inference_mode():
        out: torch.Tensor = module(waveform)
    return out


@check("lengths", "features")
def lengths(case: Case) -> None:
    """A window has at least one sample, and a shortest waveform is not longer than a window."""
    window, minimum = case.component.window_samples(), case.component.minimum_samples()
    assert isinstance(window, int) and isinstance(minimum, int), "lengths are whole numbers of samples"
    assert 1 <= minimum <= window, f"minimum_samples() {minimum} is not within 1 … window_samples() {window}"


@check("frequencies", "features")
def frequencies(case: Case) -> None:
    """The highest frequency that reaches the model is one that the waveform can have."""
    highest, limit = case.component.highest_hz(), case.component.sample_rate / 2
    assert 0 < highest <= limit, f"highest_hz() {highest:g} is not within 0 … {limit:g}, half the sample rate"


@check("hashable", "features")
def hashable(case: Case) -> None:
    """Worker processes keep one module for each set of options, so options are tuples rather than lists."""
    try:
        hash(case.component)
    except TypeError as error:
        raise AssertionError(f"{error}: let options be tuple[…, ...] instead of list") from None


@check("shape as declared", "features")
def shape_as_declared(case: Case) -> None:
    """waveform [batch, samples] becomes float32 [batch, channels, bins, frames], as output_shape() says."""
    import torch

    found = _run(_module(case), _batch(case))
    assert found.ndim == 4, f"features have shape {list(found.shape)}, not [batch, channels, bins, frames]"
    assert len(found) == 3, f"3 waveforms became {len(found)} features"
    assert found.dtype == torch.float32, f"features are {found.dtype}, not float32"
    promised = case.component.output_shape()
    shape = FeatureShape(*found.shape[1:])
    assert promised in (None, shape), f"output_shape() says {list(promised)}, the module gives {list(shape)}"


@check("always the same", "features")
def repeatable(case: Case) -> None:
    """Features are stored and shared between runs: the same waveform gives the same, whichever module computes it."""
    import torch

    batch = _batch(case)
    first = _run(_module(case), batch)
    assert torch.equal(_run(_module(case), batch), first), "a second call gives something else"
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        rebuilt = case.component.build().eval()
    assert_close(_run(rebuilt, batch), first, "a module built anew; are there weights drawn without a seed?", 1e-6)


@check("batch = single", "features")
def batch_is_single(case: Case) -> None:
    """A clip's features do not depend on what else is in its batch."""
    batch = _batch(case)
    together = _run(_module(case), batch)
    for row in range(len(batch)):
        assert_close(_run(_module(case), batch[row : row + 1])[0], together[row], f"row {row} alone and in a batch")


@check("input untouched", "features")
def input_untouched(case: Case) -> None:
    """The waveform is used again, so a module works on copies."""
    batch = _batch(case)
    with untouched(batch, "the module"):
        _run(_module(case), batch)


@check("extreme sounds", "features")
def extreme_sounds(case: Case) -> None:
    """Silence, a constant, a click, full scale: features of each are finite."""
    import torch

    for name, waveform in recordings.extremes(_window(case.component)).items():
        assert_finite(_run(_module(case), torch.from_numpy(waveform)[None]), name)


@check("short sounds", "features")
def short_sounds(case: Case) -> None:
    """A recording of one sample is padded as far as the component asks, and then has features of the same shape."""
    component = case.component
    wanted = _run(_module(case), _batch(case, 1)).shape
    for waveform in _lengths(component):
        found = _run(_module(case), _tensor(waveform))
        what = f"a waveform of {len(waveform)} samples"
        assert_finite(found, what)
        assert found.shape == wanted, f"{what} has features {list(found.shape)}, a window's are {list(wanted)}"


def _lengths(component: FeatureExtractor) -> list[np.ndarray]:
    window = component.window_samples()
    exact = None if component.any_length else window
    sizes = {1, 2, window // 3, window - 1, window + window // 10}
    return [fit(recordings.noise(1, max(1, size))[0], component.minimum_samples(), exact) for size in sorted(sizes)]


def _tensor(waveform: np.ndarray) -> torch.Tensor:
    import torch

    return torch.from_numpy(waveform)[None]


@check("portable", "features")
def portable(case: Case) -> None:
    """What portable() builds gives the same with the same weights: bundles are rebuilt from it elsewhere."""
    other, batch = portable_copy(case.component).build().eval(), _batch(case, 1)
    other.load_state_dict(_module(case).state_dict())
    assert_close(_run(other, batch), _run(_module(case), batch), "what portable() builds, same weights", 1e-6)


@check("export", "features")
def export(case: Case) -> None:
    """With them in its ONNX graph, a bundle predicts without torch and without this plugin."""
    component = case.component
    shape = FeatureShape(*_run(_module(case), _batch(case, 1)).shape[1:])
    # Around a constant or a pure tone there is nothing but rounding, and the logarithm of that differs between any two.
    ordinary = ("silence", "one sample that is not silent")
    waveforms = [*recordings.noise(2, _window(component))]
    waveforms += [recordings.extremes(_window(component))[name] for name in ordinary]
    if component.any_length:
        waveforms += _lengths(component)
    networks.export(_module(case), networks.linear_head(shape, 3), component.any_length, waveforms)
