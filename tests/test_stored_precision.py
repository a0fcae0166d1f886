"""Features are stored in float16 where they say so: what a model answers stays what it was."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import soundfile
import torch
from toy_runs import make_tones

import genrekit
from genrekit import audio
from genrekit.clip_preparation import Job, compute_features, prepare_clip
from genrekit.store import Store
from genrekit_builtins.crnn import Crnn
from genrekit_builtins.mel import LogMel

SMALL = LogMel(sample_rate=8000, n_fft=256, hop_length=128, n_mels=16, frames=20)


class Loud(genrekit.FeatureExtractor):
    """Features far beyond what float16 holds."""

    use: Literal["loud"] = "loud"
    stored_as: ClassVar[Literal["float16", "float32"]] = "float16"

    def window_samples(self) -> int:
        return 4000

    def build(self) -> torch.nn.Module:
        return torch.nn.Sequential(torch.nn.Unflatten(1, (1, 1, -1)), Times())


class Times(torch.nn.Module):
    """Everything a million times as large."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 1e6


def job(folder: Path, features: genrekit.FeatureExtractor) -> Job:
    noise = np.random.default_rng(0).normal(0, 0.1, features.window_samples())
    soundfile.write(folder / "clip.wav", noise, features.sample_rate)
    return Job(0, str(folder / "clip.wav"), 0.0, None, "features", features, Store(folder / "store"), None)


def stored(work: Job) -> np.ndarray:
    done = prepare_clip(work)
    assert done.key, done.reason
    assert done.written
    work.store.publish(done.key, Path(done.written))
    return work.store.window(done.key, 0)


def test_log_mel_is_stored_in_float16_to_the_nearest(tmp_path: Path) -> None:
    work = job(tmp_path, SMALL)
    exact = compute_features(SMALL.build().eval(), audio.read(work.path))[0]
    found = stored(work)
    assert found.dtype == np.float16
    assert np.array_equal(found, exact.astype(np.float16))
    assert np.abs(found - exact).max() <= 2**-11 * np.abs(exact).max()


def test_what_float16_cannot_hold_is_quarantined(tmp_path: Path) -> None:
    done = prepare_clip(job(tmp_path, Loud()))
    assert done.key is None
    assert done.reason == "its features are beyond float16: are its samples far beyond -1 to 1?"


def test_float32_is_what_features_get_that_say_nothing() -> None:
    assert genrekit.FeatureExtractor.stored_as == "float32"


def test_a_trained_model_answers_the_same(tmp_path: Path) -> None:
    """Logits that are some units apart move by thousandths; no figure does."""
    paths = sorted(make_tones(tmp_path).glob("*/*.wav"))
    module = SMALL.build().eval()
    exact = torch.from_numpy(np.concatenate([compute_features(module, audio.read(path)) for path in paths]))
    targets = torch.tensor([sorted({p.parent.name for p in paths}).index(path.parent.name) for path in paths])
    torch.manual_seed(0)
    model = Crnn(channels=(4, 8), hidden_size=8, gru_layers=1, head_size=8, dropout=0.0)
    network = model.build(genrekit.FeatureShape(*exact.shape[1:]), 3)
    optimizer = torch.optim.Adam(network.parameters(), 1e-2)
    for _ in range(60):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(network(exact), targets).backward()
        optimizer.step()
    network.eval()
    with torch.inference_mode():
        before, after = network(exact), network(exact.half().float())
    assert torch.equal(before.argmax(1), targets)
    assert before.std() > 1
    assert (after - before).abs().max() < 5e-3
    assert torch.equal(after.argmax(1), targets)
