"""The contract: of the examples that the classes make, and of the families that those leave out."""

from __future__ import annotations

from pathlib import Path

from genrekit_transformers import Embeddings, Transformer
from transformers_checkpoints import checkpoint

from genrekit.testing import check_features, check_model, contract_suite

test_contract = contract_suite("genrekit-transformers")


def test_embeddings_of_spectrograms(tmp_path: Path) -> None:
    """Of AST, shorter recordings and longer ones; wavlm is the example."""
    folder = checkpoint(tmp_path, "audio-spectrogram-transformer")
    check_features(Embeddings(folder=folder, seconds=0.5, pooling="mean-deviation", layers="all"))


def test_spectrograms_fine_tuned(tmp_path: Path) -> None:
    """Of Whisper; wav2vec2 is the example, and AST in the example recipe."""
    check_model(Transformer(folder=checkpoint(tmp_path, "whisper"), pooling="attention"))
