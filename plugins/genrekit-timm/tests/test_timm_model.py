"""What the options do to the network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import timm
import torch
from genrekit_timm.model import Timm
from genrekit_timm.names import listed
from safetensors.torch import save_file

import genrekit
from genrekit.errors import GenrekitError
from genrekit.training.averaging import fit_norms

SHAPE = genrekit.FeatureShape(1, 64, 96)


def network(seed: int = 0, shape: genrekit.FeatureShape = SHAPE, **options: Any) -> Any:
    """Built from ``seed``."""
    torch.manual_seed(seed)
    return Timm(**({"architecture": "test_resnet"} | options)).build(shape, 3)


def pictures(shape: genrekit.FeatureShape = SHAPE, clips: int = 2) -> torch.Tensor:
    return torch.randn(clips, *shape, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """test_resnet for pictures in colour and ten classes, with weights of its own."""
    torch.manual_seed(7)
    path = tmp_path / "weights.safetensors"
    save_file(timm.create_model("test_resnet", num_classes=1000).state_dict(), path)
    return path


def test_it_is_timms_own_network() -> None:
    torch.manual_seed(0)
    theirs = timm.create_model("test_resnet", num_classes=3, in_chans=1).eval()
    with torch.inference_mode():
        assert torch.equal(network().eval()(pictures()), theirs(pictures()))


def test_one_channel_can_be_shown_as_three() -> None:
    ours = network(input_channels=3).eval()
    with torch.inference_mode():
        assert torch.equal(ours(pictures()), ours.network(pictures().repeat(1, 3, 1, 1)))


def test_features_of_three_channels_are_shown_as_they_are() -> None:
    shape = genrekit.FeatureShape(3, 64, 64)
    assert network(shape=shape)(pictures(shape)).shape == (2, 3)


def test_image_size_stretches() -> None:
    ours = network(image_size=(32, 48)).eval()
    halved = torch.nn.functional.interpolate(pictures(), (32, 48), mode="bilinear")
    with torch.inference_mode():
        assert torch.equal(ours(pictures()), ours.network(halved))


@pytest.mark.parametrize("shape", [(1, 64, 96), (3, 128, 32)])
def test_networks_of_a_fixed_size_are_made_for_the_features(shape: tuple[int, int, int]) -> None:
    asked = genrekit.FeatureShape(*shape)
    ours = network(shape=asked, architecture="test_vit")
    assert ours.training
    assert ours.network.patch_embed.img_size == asked[1:]
    assert ours.eval()(pictures(asked)).shape == (2, 3)


def test_a_size_that_a_network_refuses_is_explained() -> None:
    asked = genrekit.FeatureShape(1, 40, 100)
    with pytest.raises(GenrekitError, match="timm cannot make test_vit with num_classes 3, in_chans 1") as caught:
        network(architecture="test_vit", shape=asked)
    assert "why: AssertionError: Input height (40) should be divisible by patch size (16)." in str(caught.value)
    assert "try: image_size = [64, 128], or [224, 224]" in str(caught.value)
    assert network(architecture="test_vit", shape=asked, image_size=(64, 128)).eval()(pictures(asked)).shape == (2, 3)


def test_branches_that_are_not_there_are_not_left_out() -> None:
    with pytest.raises(GenrekitError, match="has no branches to leave out: remove drop_path"):
        network(architecture="vgg11", drop_path=0.1)
    assert network(drop_path=0.1)(pictures()).shape == (2, 3)


def test_layers_learn_more_slowly_the_deeper_they_are() -> None:
    model = Timm(architecture="test_vit", layer_decay=0.5)
    ours = model.build(SHAPE, 3)
    rates = model.learning_rates(ours)
    assert set(rates) == {name for name, _ in ours.named_parameters()}
    assert rates["network.head.weight"] == 1.0
    blocks = [rates[f"network.blocks.{block}.mlp.fc1.weight"] for block in range(len(ours.network.blocks))]
    assert blocks == [0.5 * above for above in blocks[1:]] + [blocks[-1]]
    assert rates["network.patch_embed.proj.weight"] == min(rates.values()) < blocks[0]


def test_without_layer_decay_there_is_one_rate() -> None:
    assert Timm(architecture="test_vit").learning_rates(network()) == {}


def test_what_is_frozen_stays(weights: Path) -> None:
    ours = network(frozen=True, weights=weights).train()
    before = {name: value.clone() for name, value in ours.state_dict().items()}
    optimizer = torch.optim.SGD(ours.parameters(), lr=0.1, momentum=0.9, weight_decay=0.1)
    for _ in range(2):
        optimizer.zero_grad()
        torch.autograd.backward(ours(pictures()).square().sum())
        optimizer.step()
    fit_norms(ours, [pictures(clips=4)])
    changed = {name for name, value in ours.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {"network.fc.weight", "network.fc.bias"}
    assert Timm(architecture="test_resnet", frozen=True, layer_decay=0.5).learning_rates(ours) == {}


def test_a_frozen_network_drawn_at_random_is_refused() -> None:
    with pytest.raises(ValueError, match="frozen keeps weights that were drawn at random"):
        Timm(frozen=True).check(SHAPE, 3)


@pytest.mark.parametrize(
    ("options", "shape", "said"),
    [
        ({}, (1, 31, 500), "31 bins and 500 frames are too small a picture"),
        ({"input_channels": 3}, (2, 64, 64), "input_channels 3 cannot be made of 2 channels"),
    ],
)
def test_features_that_are_no_picture(options: Any, shape: tuple[int, int, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Timm(**options).check(genrekit.FeatureShape(*shape), 3)
    Timm(image_size=(64, 64)).check(genrekit.FeatureShape(1, 8, 8), 3)


def test_weights_of_a_file_are_begun_with(weights: Path) -> None:
    theirs = timm.create_model("test_resnet", num_classes=1000).state_dict()
    torch.manual_seed(7)
    theirs = timm.create_model("test_resnet", num_classes=1000).state_dict()
    ours = network(weights=weights).network.state_dict()
    assert torch.equal(ours["layer1.0.conv1.weight"], theirs["layer1.0.conv1.weight"])
    torch.testing.assert_close(ours["conv1.0.weight"], theirs["conv1.0.weight"].sum(dim=1, keepdim=True))
    assert ours["fc.weight"].shape[0] == 3


def test_the_seed_decides_the_classifier_above_weights_of_a_file(weights: Path) -> None:
    first, again, other = (network(seed, weights=weights).network.fc.weight for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_weights_of_another_network_are_refused(weights: Path) -> None:
    with pytest.raises(genrekit.GenrekitError, match="does not hold the weights of test_vit"):
        network(architecture="test_vit", weights=weights)


def test_files_that_could_hold_code_are_refused(tmp_path: Path) -> None:
    model = Timm(architecture="test_resnet", weights=tmp_path / "weights.pth")
    with pytest.raises(genrekit.GenrekitError, match=r"is not a \.safetensors file"):
        model.identity()
    with pytest.raises(genrekit.GenrekitError, match=r"is not a \.safetensors file"):
        model.build(SHAPE, 3)


def test_missing_and_damaged_files_are_said(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    with pytest.raises(genrekit.GenrekitError, match="no weights at"):
        Timm(weights=path).identity()
    path.write_bytes(b"not this")
    with pytest.raises(genrekit.GenrekitError, match="cannot read the weights"):
        network(weights=path)


def test_the_content_of_a_file_of_weights_is_what_counts(weights: Path, tmp_path: Path) -> None:
    before, elsewhere = Timm(weights=weights).identity(), tmp_path / "elsewhere.safetensors"
    elsewhere.write_bytes(weights.read_bytes())
    assert Timm(weights=elsewhere).identity() == before
    weights.write_bytes(weights.read_bytes()[:-4] + b"\0\0\0\0")
    assert Timm(weights=weights).identity() != before


def test_two_origins_of_weights_are_one_too_many(weights: Path) -> None:
    with pytest.raises(ValueError, match="two origins of weights"):
        Timm(pretrained=True, weights=weights)


def test_without_a_connection_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(genrekit.GenrekitError, match="cannot get timm's weights of test_resnet"):
        network(pretrained=True)


def test_a_network_without_pretrained_weights_is_said() -> None:
    without = next(name for name, tags in listed()[1].items() if not tags)
    with pytest.raises(ValueError, match=f"timm has no pretrained weights of {without}"):
        Timm(architecture=without, pretrained=True)


def test_a_bundle_asks_for_no_weights(weights: Path) -> None:
    assert Timm(weights=weights, frozen=True).portable() == Timm(frozen=True)
    assert Timm(pretrained=True).portable() == Timm()
