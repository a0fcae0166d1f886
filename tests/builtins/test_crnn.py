"""`crnn`: against the same network written out in plain torch, its size, its shapes and its checks."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from torch import nn

import genrekit
from genrekit_builtins.crnn import Crnn

TINY = {"channels": (4, 6), "hidden_size": 5, "head_size": 7}
SHAPE = genrekit.FeatureShape(1, 16, 24)


class PlainCrnn(nn.Module):
    """The published network, written out for [batch, 1, 128, frames]."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(1, 64, 3, padding=1), nn.BatchNorm2d(64)
        self.conv2, self.norm2 = nn.Conv2d(64, 128, 3, padding=1), nn.BatchNorm2d(128)
        self.conv3, self.norm3 = nn.Conv2d(128, 256, 3, padding=1), nn.BatchNorm2d(256)
        self.gru = nn.GRU(4096, 128, num_layers=2, batch_first=True, bidirectional=True)
        self.fc1, self.drop, self.fc2 = nn.Linear(256, 128), nn.Dropout(0.5), nn.Linear(128, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for conv, norm in ((self.conv1, self.norm1), (self.conv2, self.norm2), (self.conv3, self.norm3)):
            x = torch.max_pool2d(torch.relu(norm(conv(x))), 2)
        batch, channels, bins, frames = x.shape
        x = x.permute(0, 3, 1, 2).reshape(batch, frames, channels * bins)
        _, h = self.gru(x)
        x = torch.cat((h[-2], h[-1]), dim=1)
        return self.fc2(self.drop(torch.relu(self.fc1(x))))


@pytest.fixture
def pair() -> tuple[nn.Module, nn.Module]:
    """Ours and the plain one with the same weights."""
    torch.manual_seed(0)
    ours, plain = Crnn().build(genrekit.FeatureShape(1, 128, 64), 10), PlainCrnn(10)
    values = ours.state_dict().values()
    plain.load_state_dict(dict(zip(plain.state_dict(), values, strict=True)))
    return ours, plain


@pytest.mark.parametrize("training", [False, True])
def test_equals_plain_torch(pair: tuple[nn.Module, nn.Module], training: bool) -> None:
    x = torch.randn(3, 1, 128, 64)
    logits = []
    for network in pair:
        torch.manual_seed(1)
        logits.append(network.train(training)(x))
    assert logits[0].shape == (3, 10)
    torch.testing.assert_close(logits[0], logits[1], rtol=1e-5, atol=1e-6)


def test_its_gradients_equal_plain_torchs(pair: tuple[nn.Module, nn.Module]) -> None:
    x, gradients = torch.randn(2, 1, 128, 64), []
    for network in pair:
        nn.functional.cross_entropy(network.eval()(x), torch.tensor([3, 7])).backward()
        gradients.append([parameter.grad for parameter in network.parameters()])
    for ours, plain in zip(*gradients, strict=True):
        torch.testing.assert_close(ours, plain, rtol=1e-4, atol=1e-6)


def test_ten_classes_are_3946762_parameters() -> None:
    network = Crnn().build(genrekit.FeatureShape(1, 128, 1280), 10)
    assert sum(parameter.numel() for parameter in network.parameters()) == 3_946_762


def test_the_stages_halve_to_256_by_16_by_160() -> None:
    network = Crnn().build(genrekit.FeatureShape(1, 128, 1280), 10).eval()
    with torch.inference_mode():
        maps = network.stages(torch.zeros(1, 1, 128, 1280))
    assert maps.shape == (1, 256, 16, 160)
    assert network.gru.input_size == 4096
    assert network.head[0].in_features == 256


@pytest.mark.parametrize(
    ("options", "shape", "joined"),
    [
        (TINY, SHAPE, 10),
        (TINY | {"bidirectional": False}, SHAPE, 5),
        (TINY | {"gru_layers": 1}, genrekit.FeatureShape(2, 17, 27), 10),
        (TINY | {"channels": (3,)}, genrekit.FeatureShape(1, 2, 2), 10),
        (TINY, genrekit.FeatureShape(1, 4, 4), 10),
    ],
)
def test_other_sizes_follow_from_the_options(
    options: dict[str, int], shape: genrekit.FeatureShape, joined: int
) -> None:
    model = Crnn(**options)
    model.check(shape, 3)
    network = model.build(shape, 3)
    assert network.head[0].in_features == joined
    assert network(torch.randn(2, *shape)).shape == (2, 3)


def test_one_direction_ends_in_the_last_frames_output() -> None:
    network = Crnn(**TINY | {"bidirectional": False}).build(SHAPE, 3).eval()
    frames = torch.randn(2, 6, 24)
    outputs, _ = network.gru(frames)
    torch.testing.assert_close(network.last_states(frames), outputs[:, -1])


def test_the_states_are_the_last_layers_forward_and_backward() -> None:
    network = Crnn(**TINY).build(SHAPE, 3).eval()
    frames = torch.randn(2, 6, 24)
    outputs, _ = network.gru(frames)
    expected = torch.cat([outputs[:, -1, :5], outputs[:, 0, 5:]], dim=1)
    torch.testing.assert_close(network.last_states(frames), expected)


@pytest.mark.parametrize("channels_last", [False, True])
def test_bfloat16_autocast_trains_and_gives_float32_logits(channels_last: bool) -> None:
    torch.manual_seed(0)
    network = Crnn(**TINY).build(SHAPE, 3)
    if channels_last:
        network = network.to(memory_format=torch.channels_last)
    x = torch.randn(4, *SHAPE)
    exact = network.eval()(x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        rounded = network(x)
    assert exact.dtype == rounded.dtype == torch.float32
    torch.testing.assert_close(rounded, exact, rtol=0, atol=0.02)
    assert not torch.equal(rounded, exact), "autocast should have reached the convolutions"
    rounded.sum().backward()
    assert all(torch.isfinite(parameter.grad).all() for parameter in network.parameters())


def test_the_order_of_memory_changes_nothing() -> None:
    network = Crnn(**TINY).build(SHAPE, 3).eval()
    x = torch.randn(2, *SHAPE)
    plain = network(x)
    last = network.to(memory_format=torch.channels_last)(x.to(memory_format=torch.channels_last))
    torch.testing.assert_close(last, plain)


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ((1, 128, 4), r"frames 4 are halved 3 times, .*channels \[64, 128, 256\].*need at least 8: raise .* frames"),
        ((1, 7, 1280), "bins 7 are halved 3 times, .*need at least 8: raise the features' bins, or give fewer"),
    ],
)
def test_a_shape_too_small_for_the_pooling_is_refused(shape: tuple[int, int, int], told: str) -> None:
    for refuse in (Crnn().check, Crnn().build):
        with pytest.raises(ValueError, match=told):
            refuse(genrekit.FeatureShape(*shape), 10)


def test_the_smallest_shape_passes() -> None:
    Crnn().check(genrekit.FeatureShape(1, 8, 8), 2)


def test_one_class_is_refused() -> None:
    with pytest.raises(ValueError, match="1 class leaves nothing to tell apart"):
        Crnn().check(SHAPE, 1)


@pytest.mark.parametrize("options", [{"channels": ()}, {"channels": (0,)}, {"dropout": 1.0}, {"gru_layers": 0}])
def test_options_out_of_bounds_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(options))):
        Crnn(**options)
