"""What the encoders answer is what transformers' own models answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from genrekit_transformers import EmbeddingHead, Embeddings, Transformer
from genrekit_transformers._encoders import CLASSES
from genrekit_transformers._head import Standardise
from genrekit_transformers.checkpoint import Checkpoint
from genrekit_transformers.families import FAMILIES
from transformers_checkpoints import ALL, checkpoint, noise

import genrekit

hf: Any = transformers


def theirs(folder: Path, family: str, waveform: torch.Tensor) -> Any:
    """Their extractor, their model."""
    extractor = hf.AutoFeatureExtractor.from_pretrained(folder)
    _, model = CLASSES[family]
    network = model.from_pretrained(folder).eval()
    inputs = extractor(list(waveform.numpy()), sampling_rate=16000, return_tensors="pt")
    values = inputs["input_features"] if "input_features" in inputs else inputs["input_values"]
    with torch.inference_mode():
        return (network.encoder if family == "whisper" else network)(values, output_hidden_states=True)


def embedded(folder: Path, waveform: torch.Tensor, **options: Any) -> torch.Tensor:
    features = Embeddings(**{"folder": folder, "seconds": 0.5} | options)
    with torch.inference_mode():
        found: torch.Tensor = features.build()(waveform)
    assert features.output_shape() == found.shape[1:]
    return found


@pytest.mark.parametrize("family", ["wav2vec2", "hubert", "wavlm"])
def test_states_over_waveforms(family: str, tmp_path: Path) -> None:
    folder, waveform = checkpoint(tmp_path, family), noise(8000)
    found = embedded(folder, waveform, layers=(0, 1, -1), pooling="none")
    states = theirs(folder, family, waveform)
    for channel, wanted in enumerate([states.hidden_states[0], states.hidden_states[1], states.last_hidden_state]):
        torch.testing.assert_close(found[:, channel], wanted.transpose(1, 2), rtol=0, atol=1e-4)


def test_states_of_whisper_are_of_the_recording_alone(tmp_path: Path) -> None:
    """5000 samples at 320 a step: 16 steps, the last of them half padding."""
    folder, waveform = checkpoint(tmp_path, "whisper"), noise(5000)
    wanted = theirs(folder, "whisper", waveform).last_hidden_state[:, :16]
    frames = embedded(folder, waveform, pooling="none")
    assert frames.shape == (2, 1, 16, 25)
    torch.testing.assert_close(frames[:, 0, :, :16], wanted.transpose(1, 2), rtol=0, atol=1e-4)
    assert not frames[..., 16:].any()
    mean = embedded(folder, waveform)
    torch.testing.assert_close(mean[:, 0, :, 0], wanted.mean(dim=1), rtol=0, atol=1e-4)
    both = embedded(folder, waveform, pooling="mean-deviation")[:, 0, :, 0]
    torch.testing.assert_close(both[:, 16:], wanted.std(dim=1, correction=0), rtol=0, atol=1e-4)


def test_states_of_ast(tmp_path: Path) -> None:
    """Patches of 16 by 16 every 10: 5 along frequency; 4 of 5 along time begin within 5000 samples, 29 frames."""
    folder, waveform = checkpoint(tmp_path, "audio-spectrogram-transformer"), noise(5000)
    states = theirs(folder, "audio-spectrogram-transformer", waveform).last_hidden_state
    patches = states[:, 2:].reshape(2, 5, 5, 16).mean(dim=1)[:, :3]
    torch.testing.assert_close(embedded(folder, waveform)[:, 0, :, 0], patches.mean(dim=1), rtol=0, atol=1e-4)
    token = embedded(folder, waveform, pooling="token")[:, 0, :, 0]
    torch.testing.assert_close(token, (states[:, 0] + states[:, 1]) / 2, rtol=0, atol=1e-4)


@pytest.mark.parametrize("family", ALL)
def test_what_a_configuration_leaves_out_is_as_in_transformers(family: str) -> None:
    config_class, _ = CLASSES[family]
    theirs = config_class()
    for name, value in FAMILIES[family].defaults.items():
        assert (
            getattr(theirs, name) == (list(value) if isinstance(value, tuple) else value)
            or tuple(getattr(theirs, name)) == value
        ), name


@pytest.mark.parametrize("samples", [1600, 1601, 5000, 8000])
def test_frames_are_counted_without_torch(samples: int, tmp_path: Path) -> None:
    encoder = Checkpoint(use="", folder=checkpoint(tmp_path, "wav2vec2")).encoder()
    found = embedded(tmp_path / "wav2vec2", noise(samples), pooling="none")
    assert int(found[0, 0].any(dim=0).sum()) == encoder.frames(samples)


def test_a_real_ones_shortest_recording() -> None:
    """wav2vec2's receptive field is 25 ms."""
    assert FAMILIES["wav2vec2"]({"model_type": "wav2vec2"}, {}).least_samples == 400
    assert FAMILIES["wav2vec2"]({"model_type": "wav2vec2"}, {}).frames(16000) == 49


@pytest.mark.parametrize(
    ("family", "options", "said"),
    [
        ("whisper", {"seconds": 1.5}, "seconds 1.5 is longer than what the checkpoint takes in: 1 at most"),
        ("whisper", {"sample_rate": 22050}, "trained at 16000 Hz: sample_rate 22050 will not do"),
        ("whisper", {"layers": (5,)}, "the checkpoint has layers 0 to 2, and no 5"),
        ("whisper", {"layers": ()}, "layers is empty"),
        ("hubert", {"pooling": "token"}, "pooling token is for AST: hubert has no tokens"),
    ],
)
def test_options_that_do_not_go_with_the_checkpoint(family: str, options: Any, said: str, tmp_path: Path) -> None:
    features = Embeddings(**{"folder": checkpoint(tmp_path, family), "seconds": 0.5} | options)
    with pytest.raises(ValueError, match=said):
        features.output_shape()


def model(tmp_path: Path, family: str, **options: Any) -> tuple[Transformer, Any]:
    found = Transformer(folder=checkpoint(tmp_path, family), **options)
    shape = found.encoder().input_shape(4000)
    return found, found.build(shape, 3)


@pytest.mark.parametrize("family", ALL)
def test_layers_learn_more_slowly_the_deeper_they_are(family: str, tmp_path: Path) -> None:
    options, network = model(tmp_path, family, layer_decay=0.5)
    rates = options.learning_rates(network)
    names = [name for name, _ in network.named_parameters() if name.startswith("states.")]
    assert set(rates) == set(names)
    first, second = ({rates[name] for name in names if re.search(rf"\.layers?\.{layer}\.", name)} for layer in (0, 1))
    assert (first, second) == ({0.25}, {0.5})
    assert rates[names[0]] == 0.125


@pytest.mark.parametrize(
    ("family", "options", "learning"),
    [
        ("wav2vec2", {}, {"feature_projection", "encoder.pos_conv_embed", "encoder.layer_norm", "encoder.layers"}),
        ("wav2vec2", {"frozen_layers": 2}, set()),
        ("whisper", {"frozen_layers": 2}, {"layer_norm"}),
        ("audio-spectrogram-transformer", {"frozen_layers": 1}, {"layer"}),
    ],
)
def test_what_is_frozen(family: str, options: Any, learning: set[str], tmp_path: Path) -> None:
    _, network = model(tmp_path, family, **options)
    left = [name for name, one in network.states.network.named_parameters() if one.requires_grad]
    # Earlier versions of transformers had AST's layers one level deeper.
    left = [name.replace("encoder.layer.", "layers.") for name in left if name != "masked_spec_embed"]
    starts = {start for start in learning for name in left if name.startswith(start)}
    assert starts == learning
    assert all(name.startswith(tuple(learning)) for name in left)
    if options.get("frozen_layers") == 1:
        assert not any(name.startswith("layers.0.") for name in left)


def test_training_draws_from_torchs_generator_alone(tmp_path: Path) -> None:
    """transformers would mask stretches of time with NumPy's, and leave layers out."""
    folder = checkpoint(tmp_path, "wav2vec2", mask_time_prob=0.9, mask_time_length=2, layerdrop=0.9)
    network = Transformer(folder=folder).build(genrekit.FeatureShape(1, 1, 8000), 3).train()
    before = np.random.get_state(legacy=False)["state"]["key"].tobytes()  # type: ignore[call-overload]
    answers = []
    for _ in range(2):
        torch.manual_seed(5)
        answers.append(network(noise(8000)[:, None, None]))
    assert torch.equal(*answers)
    assert np.random.get_state(legacy=False)["state"]["key"].tobytes() == before  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ((1, 64, 100), r'takes waveforms, features of shape \[1, 1, samples\], not \[1, 64, 100\].*"encoder-input"'),
        ((1, 1, 100), "it needs 165 samples or more, not 100"),
    ],
)
def test_features_that_are_not_its_input(shape: tuple[int, int, int], said: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=said):
        Transformer(folder=checkpoint(tmp_path, "wav2vec2")).check(genrekit.FeatureShape(*shape), 3)


@pytest.mark.parametrize(
    ("options", "said"), [({"pooling": "token"}, "is for AST"), ({"frozen_layers": 3}, "more than the 2 layers")]
)
def test_options_of_models_that_do_not_go_with_the_checkpoint(options: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=said):
        Transformer(folder=checkpoint(tmp_path, "wav2vec2"), **options).check(genrekit.FeatureShape(1, 1, 8000), 3)


def test_a_head_weighs_layers_equally_at_first() -> None:
    head: Any = EmbeddingHead(normalise=False, dropout=0).build(genrekit.FeatureShape(3, 4, 5), 2).eval()
    features = torch.randn(2, 3, 4, 5)
    wanted = head.classify(features.mean(dim=1).mean(dim=2))
    torch.testing.assert_close(head(features), wanted)


def test_a_head_standardises_by_the_training_part() -> None:
    batches = [5 + 3 * torch.randn(8, 2, 4, 6, generator=torch.Generator().manual_seed(seed)) for seed in (0, 1)]
    layer = Standardise(genrekit.FeatureShape(2, 4, 6))
    layer.fit_statistics(batches)
    values = layer(torch.cat(batches)).transpose(0, 1).transpose(1, 2).flatten(2)
    torch.testing.assert_close(values.mean(dim=2), torch.zeros(2, 4), rtol=0, atol=1e-5)
    torch.testing.assert_close(values.std(dim=2, correction=0), torch.ones(2, 4), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("pooling", "size"), [("mean", 4), ("mean-deviation", 8), ("attention", 4)])
def test_poolings_of_a_head(pooling: Any, size: int) -> None:
    head: Any = EmbeddingHead(pooling=pooling, hidden_size=7).build(genrekit.FeatureShape(1, 4, 5), 2)
    assert head.classify[0].weight.shape == (7, size)
    assert head(torch.randn(3, 1, 4, 5)).shape == (3, 2)
