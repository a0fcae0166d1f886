"""Encoders of transformers, loaded without running anybody's code. Imports torch and transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

import genrekit
from genrekit.errors import one_line
from genrekit_transformers._library import hf, quiet
from genrekit_transformers.checkpoint import Checkpoint
from genrekit_transformers.families import Ast, Encoder, Waveform
from genrekit_transformers.files import weight_files

CLASSES: dict[str, tuple[Any, Any]] = {
    "audio-spectrogram-transformer": (hf.ASTConfig, hf.ASTModel),
    "hubert": (hf.HubertConfig, hf.HubertModel),
    "wav2vec2": (hf.Wav2Vec2Config, hf.Wav2Vec2Model),
    "wavlm": (hf.WavLMConfig, hf.WavLMModel),
    "whisper": (hf.WhisperConfig, hf.WhisperModel),
}
NOT_NEEDED = ("masked_spec_embed",)
"""What stands for masked time steps in pretraining; nothing is masked here, and some checkpoints leave it out."""


class HiddenStates(nn.Module):
    """An encoder's states: inputs [batch, bins, frames] (or [batch, 1, samples]) -> one [batch, time, hidden] a layer.

    Layer 0 is what the first transformer layer gets, the last one what the encoder gives, its final normalisation
    included. Of AST, ``tokens`` [batch, 2, hidden] come apart, and patches are averaged over frequency.
    """

    def __init__(self, encoder: Encoder, network: nn.Module) -> None:
        super().__init__()
        self.encoder, self.network = encoder, network

    def forward(self, inputs: torch.Tensor) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """States and tokens, each a list of layers; no tokens where the family has none."""
        found = self.network(self._arranged(inputs), output_hidden_states=True)
        states = [*found.hidden_states[:-1], found.last_hidden_state]
        if not isinstance(self.encoder, Ast):
            return states, []
        patches = [state[:, 2:].unflatten(1, self.encoder.patches).mean(dim=1) for state in states]
        return patches, [state[:, :2] for state in states]

    def _arranged(self, inputs: torch.Tensor) -> torch.Tensor:
        if isinstance(self.encoder, Ast):
            return inputs.transpose(1, 2)
        return inputs[:, 0] if isinstance(self.encoder, Waveform) else inputs


def hidden_states(checkpoint: Checkpoint) -> HiddenStates:
    """With the checkpoint's weights; of an architecture alone, with weights drawn from torch's generator."""
    encoder = checkpoint.encoder()
    config = _config(encoder)
    with quiet():
        if checkpoint.architecture is not None:
            _, model = CLASSES[encoder.family]
            network = model(config)
        else:
            network = _loaded(encoder, config, checkpoint.files())
    # The rest of Whisper writes text.
    found: nn.Module = network.encoder if encoder.family == "whisper" else network
    return HiddenStates(encoder, found.train())


def _config(encoder: Encoder) -> Any:
    """The configuration without what draws from NumPy's global generator (masks), or leaves layers out."""
    config_class, _ = CLASSES[encoder.family]
    try:
        config = config_class.from_dict(dict(encoder.config))
    except Exception as error:  # what a configuration may hold, transformers itself checks
        raise genrekit.GenrekitError(
            f"transformers cannot use the configuration of this {encoder.family}", why=one_line(error)[:300]
        ) from error
    for name, value in {"apply_spec_augment": False, "layerdrop": 0.0, "encoder_layerdrop": 0.0}.items():
        if hasattr(config, name):
            setattr(config, name, value)
    return config


def _loaded(encoder: Encoder, config: Any, folder: Path) -> Any:
    weight_files(folder)
    _, model = CLASSES[encoder.family]
    try:
        network, info = model.from_pretrained(
            folder, config=config, use_safetensors=True, local_files_only=True, trust_remote_code=False,
            dtype=torch.float32, output_loading_info=True,
        )  # fmt: skip
    except Exception as error:  # transformers, safetensors and torch raise what they like
        raise genrekit.GenrekitError(f"cannot read the weights in {folder}", why=one_line(error)[:300]) from error
    missing = sorted(name for name in info["missing_keys"] if not name.endswith(NOT_NEEDED))
    if missing:
        raise genrekit.GenrekitError(
            f"the weights in {folder} are not those of its config.json",
            why=f"{len(missing)} tensors are missing, {missing[0]} for one",
            hint="the files of one checkpoint together",
        )
    return network
