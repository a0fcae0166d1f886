"""AST, wav2vec2, HuBERT, WavLM and Whisper encoders, frozen or fine-tuned."""

from __future__ import annotations

from typing import Any

import genrekit
from genrekit_transformers.embeddings import Embeddings
from genrekit_transformers.encoder_input import EncoderInput
from genrekit_transformers.finetune import Transformer
from genrekit_transformers.head import EmbeddingHead

requires_genrekit_api = ">=1.1,<2"

__all__ = ["EmbeddingHead", "Embeddings", "EncoderInput", "Transformer"]


@genrekit.hookimpl
def register_features(register: Any) -> None:
    register(Embeddings)
    register(EncoderInput)


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(EmbeddingHead)
    register(Transformer)
