"""The mel spectrogram in blocks: torchaudio's figures, whatever the options, the length, the batch and the threads."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import torch
import torchaudio
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode

from genrekit_builtins import _banded_filters, _mel_blocks
from genrekit_builtins._banded_filters import BandedFilters
from genrekit_builtins._mel_blocks import MelInBlocks
from genrekit_builtins._mel_modules import LogMel as Module
from genrekit_builtins._mel_modules import is_plain_on_cpu
from genrekit_builtins.mel import LogMel
from genrekit_builtins.mfcc import Mfcc

SMALL = {"sample_rate": 8000, "n_fft": 256, "hop_length": 128, "n_mels": 16, "frames": 20}

RELATIVE = 3e-6
"""The largest difference of a band's power, relative to it: some twenty float32 roundings, 1e-5 dB."""


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return 0.1 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def torchaudio_mel(**options: Any) -> Any:
    with warnings.catch_warnings():
        # Of bands without a bin: they give zeros, here and there.
        warnings.simplefilter("ignore")
        return torchaudio.transforms.MelSpectrogram(**options)


def in_blocks(mel: Any) -> MelInBlocks:
    return MelInBlocks(mel.spectrogram.window, mel.mel_scale.fb, mel.hop_length)


@given(
    n_fft=st.integers(16, 600),
    hop=st.floats(0.01, 1),
    n_mels=st.integers(2, 80),
    batch=st.integers(1, 3),
    beyond_minimum=st.integers(0, 4000),
    block=st.integers(1, 5000),
    piece=st.integers(1, 5000),
    data=st.data(),
)
def test_equals_torchaudio(
    n_fft: int, hop: float, n_mels: int, batch: int, beyond_minimum: int, block: int, piece: int, data: st.DataObject
) -> None:
    f_min = data.draw(st.floats(0, 3000))
    f_max = data.draw(st.floats(f_min + 1, 4000))
    hop_length = max(1, round(hop * n_fft))
    assume(beyond_minimum < 500 * hop_length)
    options = {"n_fft": n_fft, "hop_length": hop_length, "n_mels": n_mels, "f_min": f_min, "f_max": f_max}
    mel = torchaudio_mel(sample_rate=8000, **options)
    waveform = noise(batch, n_fft // 2 + 1 + beyond_minimum)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_mel_blocks, "BLOCK_SAMPLES", block)
        patch.setattr(_banded_filters, "PIECE_WEIGHTS", piece)
        ours = in_blocks(mel)(waveform)
    torch.testing.assert_close(ours, mel(waveform), rtol=RELATIVE, atol=0)


@pytest.mark.parametrize("samples", [1, 100, 255, 256])
def test_what_is_too_short_to_be_reflected_is_refused(samples: int) -> None:
    mel = torchaudio_mel(sample_rate=8000, n_fft=512, hop_length=128, n_mels=20, f_min=0.0, f_max=4000.0)
    with pytest.raises(ValueError, match=f"{samples} samples are too few"):
        in_blocks(mel)(noise(1, samples))
    assert in_blocks(mel)(noise(1, 257)).shape == (1, 20, 3)


@pytest.mark.parametrize("threads", [1, 3])
def test_a_clip_has_the_same_bits_alone_and_in_a_batch(threads: int) -> None:
    clips, features = noise(5, 9000), LogMel(**SMALL).build()
    alone = torch.cat([features(clip[None]) for clip in clips])
    torch.set_num_threads(threads)
    with torch.inference_mode():
        levels = features.mel_in_blocks(clips)
    assert torch.equal(levels, torch.cat([features.mel_in_blocks(clip[None]) for clip in clips]))
    torch.testing.assert_close(features(clips), alone, rtol=0, atol=1e-6)
    assert torch.get_num_threads() == threads


def test_threads_may_share_one() -> None:
    clips, features = noise(8, 30000), LogMel(**SMALL).build()
    expected = [features(clip[None]) for clip in clips]
    found: list[torch.Tensor | None] = [None] * len(clips)

    def work(row: int) -> None:
        with torch.inference_mode():
            for _ in range(20):
                found[row] = features(clips[row][None])

    threads = [threading.Thread(target=work, args=(row,)) for row in range(len(clips))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ours, plain in zip(found, expected, strict=True):
        assert ours is not None
        assert torch.equal(ours, plain)


def test_waveforms_that_do_not_lie_in_one_piece() -> None:
    mel = torchaudio_mel(sample_rate=8000, n_fft=256, hop_length=128, n_mels=16)
    every_second = noise(2, 6000)[:, ::2]
    assert torch.equal(in_blocks(mel)(every_second), in_blocks(mel)(every_second.contiguous()))


class Largest(TorchDispatchMode):
    """Notes the largest memory that a step makes, in bytes."""

    def __init__(self, given: torch.Tensor) -> None:
        super().__init__()
        self.bytes, self.given = 0, given.data_ptr()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if isinstance(out, torch.Tensor) and out.untyped_storage().data_ptr() != self.given:
            self.bytes = max(self.bytes, out.untyped_storage().nbytes())
        return out


def test_nothing_is_as_long_as_the_clip_but_the_result() -> None:
    mel = torchaudio_mel(sample_rate=22050, n_fft=2048, hop_length=512, n_mels=2)
    blocks, waveform = in_blocks(mel), noise(1, 3_000_000)
    with Largest(waveform) as plain:
        mel(waveform)
    with Largest(waveform) as ours:
        blocks(waveform)
    assert plain.bytes > 40_000_000
    assert ours.bytes < 2_400_000


def test_pieces_hold_every_weight_twice_and_few_zeros() -> None:
    filters = torchaudio_mel(sample_rate=22050, n_fft=2048, n_mels=128).mel_scale.fb
    pieces = BandedFilters(filters).pieces
    whole = torch.zeros(128, 2050)
    for bands, values, weights in pieces:
        whole[bands, values] = weights
    assert torch.equal(whole[:, 0::2].t(), filters)
    assert torch.equal(whole[:, 1::2].t(), filters)
    assert sum(weights.numel() for _, _, weights in pieces) < whole.numel() / 8


def test_a_gradient_goes_through_torchaudio() -> None:
    features, waveform = LogMel(**SMALL).build(), noise(2, 4000).requires_grad_()
    features(waveform).square().sum().backward()
    assert waveform.grad is not None
    assert waveform.grad.abs().min() > 0
    with torch.no_grad():
        in_blocks_too = features(waveform)
    torch.testing.assert_close(in_blocks_too, features(waveform).detach(), rtol=0, atol=1e-5)


def test_who_may_go_in_blocks() -> None:
    waveform = torch.zeros(1, 4)
    assert is_plain_on_cpu(waveform)
    assert not is_plain_on_cpu(waveform.double())
    assert not is_plain_on_cpu(waveform.to("meta"))
    assert not is_plain_on_cpu(torch.nn.Parameter(waveform))
    assert not is_plain_on_cpu(waveform.requires_grad_())
    with torch.no_grad():
        assert is_plain_on_cpu(waveform)


def test_a_graph_of_it_is_torchaudios() -> None:
    program = torch.export.export(LogMel(**SMALL).build(), (torch.zeros(2, 4000),))
    graphs = [module.graph for module in program.graph_module.modules() if isinstance(module, torch.fx.GraphModule)]
    steps = [str(node.target) for graph in graphs for node in graph.nodes if node.op == "call_function"]
    assert steps.count("aten.stft.default") == 1
    assert not [step for step in steps if "view_as_real" in step or ".out" in step]


def test_a_state_dict_holds_what_torchaudio_holds() -> None:
    assert set(LogMel(**SMALL).build().state_dict()) == {"mel.spectrogram.window", "mel.mel_scale.fb"}
    assert set(Mfcc(**SMALL, n_mfcc=8).build().state_dict()) == {"mel.spectrogram.window", "mel.mel_scale.fb", "dct"}


def test_stored_features_follow_its_code() -> None:
    """Code counts for the store's keys where it is that of a module."""
    modules = {type(module) for module in Module(LogMel(**SMALL)).modules()}
    assert {MelInBlocks, BandedFilters} <= modules
