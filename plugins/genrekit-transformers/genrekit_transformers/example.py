"""Tiny checkpoints with random weights, for tests: the files of a real one, and nothing to download."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SMALL = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
CONVOLUTIONS = {
    "conv_dim": (8, 8, 8), "conv_kernel": (10, 8, 4), "conv_stride": (5, 8, 4), "num_feat_extract_layers": 3,
    "num_conv_pos_embeddings": 8, "num_conv_pos_embedding_groups": 2,
}  # fmt: skip
WHISPER = {
    "d_model": 16, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "encoder_attention_heads": 2,
    "decoder_attention_heads": 2, "encoder_layers": 2, "decoder_layers": 1, "max_source_positions": 50,
    "max_target_positions": 8, "num_mel_bins": 40, "vocab_size": 8, "pad_token_id": 0, "bos_token_id": 1,
    "eos_token_id": 2, "decoder_start_token_id": 1,
}  # fmt: skip


def example_checkpoint(folder: Path, family: str, seed: int = 0, **config: Any) -> Path:
    """Write one of ``family``, a key of `FAMILIES`, into ``folder`` as transformers does; returns ``folder``.

    AST takes [1, 64, 64], 0.65 s, Whisper [1, 40, 100], 1 s; all at 16 kHz. ``config`` are further options of its
    configuration. Imports torch and transformers.
    """
    import torch

    from genrekit_transformers._library import quiet

    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(seed)
        model, extractor = _made(family, config)
        model.save_pretrained(folder)
        extractor.save_pretrained(folder)
    return folder


def _made(family: str, config: dict[str, Any]) -> tuple[Any, Any]:
    from genrekit_transformers._encoders import CLASSES
    from genrekit_transformers._library import hf

    make_config, make = CLASSES[family]
    if family == "audio-spectrogram-transformer":
        model = make(make_config(**SMALL | {"max_length": 64, "num_mel_bins": 64} | config))
        return model, hf.ASTFeatureExtractor(num_mel_bins=64, max_length=64)
    if family == "whisper":
        return make(make_config(**WHISPER | config)), hf.WhisperFeatureExtractor(feature_size=40, chunk_length=1)
    return make(make_config(**SMALL | CONVOLUTIONS | config)), hf.Wav2Vec2FeatureExtractor()
