"""`resnet` and `residual-crnn`: sizes, shapes, blocks, pooling, per-bin statistics, and their ONNX graphs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

import genrekit
from genrekit.export import WaveformClassifier, export_onnx
from genrekit_builtins._bin_statistics import BinStatistics
from genrekit_builtins._pooling import AttentiveStatistics, BinMeans, BinProjection, statistics
from genrekit_builtins._resnet_module import Block
from genrekit_builtins.residual_crnn import ResidualCrnn
from genrekit_builtins.resnet import ResNet
from genrekit_builtins.timed_mel_features import Mel, Pcen

SHAPE = genrekit.FeatureShape(2, 17, 27)
MODELS = [
    *(ResNet(channels=(4, 6), pooling=name) for name in ("mean", "mean-max", "attention")),
    ResNet(channels=(4, 6), bins="linear", pooling="attention"),
    ResNet(channels=(4, 6, 8), blocks=2, stride=(1, 3), normalise="bins", dropout=0.2),
    *(ResidualCrnn(channels=(4, 6), hidden_size=4, pooling=name) for name in ("mean-max", "attention")),
    ResidualCrnn(channels=(4,), hidden_size=4, gru_layers=2, bidirectional=False, normalise="bins", stride=(3, 1)),
]


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_takes_any_number_of_frames(model: genrekit.Model) -> None:
    network = model.build(SHAPE, 3).eval()
    for frames in (1, 2, 27, 50):
        assert network(torch.randn(2, 2, 17, frames)).shape == (2, 3)


def test_sizes_at_the_defaults() -> None:
    shape = genrekit.FeatureShape(1, 64, 64)
    sizes = [sum(p.numel() for p in m.build(shape, 10).parameters()) for m in (ResNet(), ResidualCrnn())]
    assert sizes == [308074, 531626]


def test_a_block_begins_as_its_shortcut() -> None:
    maps = torch.randn(2, 4, 7, 9)
    assert torch.equal(Block(4, 4, 1)(maps), maps.relu())
    block = Block(4, 6, 2)
    assert block(maps).shape == (2, 6, 4, 5), "what is odd is rounded up"
    torch.testing.assert_close(block(maps), block.shortcut(maps).relu())


def test_a_block_adds_its_convolutions_to_its_input() -> None:
    block, maps = Block(3, 3, 1).eval(), torch.randn(2, 3, 5, 6)
    last = block.change[-1]
    nn.init.constant_(last.weight, 0.5)
    first, second = block.change[0], block.change[3]
    scale = (1 + 1e-5) ** -0.5
    expected = 0.5 * scale * second((scale * first(maps)).relu()) + maps
    torch.testing.assert_close(block(maps), expected.relu())


def test_poolings() -> None:
    maps = torch.randn(2, 5, 3, 7)
    frames = BinMeans()(maps)
    torch.testing.assert_close(statistics("mean", 5)[0](frames), maps.mean((2, 3)))
    expected = torch.cat([maps.mean((2, 3)), maps.mean(2).amax(2)], 1)
    torch.testing.assert_close(statistics("mean-max", 5)[0](frames), expected)
    for name in ("mean", "mean-max", "attention"):
        pool, width = statistics(name, 5)
        assert pool(frames).shape == (2, width)


def test_a_projection_of_bins_is_one_linear_for_each_frame() -> None:
    maps, projection = torch.randn(2, 5, 3, 7), BinProjection(5, 3, 4)
    expected = projection.linear(maps[:, :, :, 6].reshape(2, 15)).relu()
    torch.testing.assert_close(projection(maps)[:, 6], expected)


def test_even_attention_is_mean_and_deviation() -> None:
    layer, frames = AttentiveStatistics(4), torch.randn(3, 9, 4)
    nn.init.zeros_(layer.attention[-1].weight)
    expected = torch.cat([frames.mean(1), frames.std(1, correction=0)], 1)
    torch.testing.assert_close(layer(frames), expected)


def test_attention_to_one_frame_is_that_frame() -> None:
    layer, frames = AttentiveStatistics(1), torch.tensor([[[0.0], [5.0], [1.0]]])
    layer.attention = nn.Sequential(nn.Identity())
    layer.attention[0].forward = lambda x: 1000 * x  # type: ignore[method-assign]
    torch.testing.assert_close(layer(frames), torch.tensor([[5.0, 1e-5**0.5]]))


def test_statistics_are_each_bins_over_clips_and_frames() -> None:
    torch.manual_seed(0)
    batches = [torch.randn(n, 2, 3, 8) * torch.tensor([1.0, 5.0, 0.0])[:, None] + 40 for n in (4, 1)]
    layer = BinStatistics(2, 3)
    assert torch.equal(layer(batches[0]), batches[0]), "before it has learned, nothing changes"
    layer.fit_statistics(iter(batches))
    out = layer(torch.cat(batches))
    torch.testing.assert_close(out.mean((0, 3)), torch.zeros(2, 3), rtol=0, atol=1e-4)
    torch.testing.assert_close(out.std((0, 3), correction=0), torch.tensor([[1.0, 1, 0]] * 2), rtol=0, atol=1e-3)
    assert set(layer.state_dict()) == {"mean", "deviation"}


def test_statistics_of_nothing_change_nothing() -> None:
    layer, features = BinStatistics(1, 3), torch.randn(2, 1, 3, 4)
    layer.fit_statistics(iter([]))
    assert torch.equal(layer(features), features)


@pytest.mark.parametrize("model", [ResNet, ResidualCrnn])
def test_one_class_is_refused(model: type[genrekit.Model]) -> None:
    with pytest.raises(ValueError, match="1 class leaves nothing to tell apart"):
        model().build(SHAPE, 1)


@pytest.mark.parametrize("features", [Mel, Pcen])
@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_onnxruntime_agrees_with_torch(features: type[Mel | Pcen], model: genrekit.Model, tmp_path: Path) -> None:
    made = features(sample_rate=8000, n_mels=16, frames=40)
    torch.manual_seed(0)
    classifier = WaveformClassifier(made.build(), model.build(made.output_shape(), 3)).eval()
    path = tmp_path / "model.onnx"
    assert export_onnx(classifier, made.window_samples(), True, path) is None
    session, rng = onnxruntime.InferenceSession(path), np.random.default_rng(0)
    for clips, samples in ((1, made.minimum_samples()), (3, 2000), (2, made.window_samples() + 300)):
        waveforms = rng.normal(0, 0.1, (clips, samples)).astype(np.float32)
        with torch.inference_mode():
            expected = classifier(torch.from_numpy(waveforms)).numpy()
        (answer,) = session.run(None, {"waveform": waveforms})
        np.testing.assert_allclose(answer, expected, atol=2e-5, rtol=0)
