"""The contract: of the examples that the classes make, and of the families that those leave out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from genrekit_transformers import Embeddings, Transformer
from transformers_checkpoints import checkpoint

from genrekit.testing import check_features, check_model, contract_suite

test_contract = contract_suite("genrekit-transformers")


@pytest.mark.parametrize(
    ("family", "options"),
    [
        ("audio-spectrogram-transformer", {"seconds": 0.5, "pooling": "mean-deviation", "layers": "all"}),
        ("wavlm", {"seconds": 0.5, "pooling": "mean"}),
    ],
)
def test_embeddings_of_other_families(family: str, options: dict[str, Any], tmp_path: Path) -> None:
    check_features(Embeddings(folder=checkpoint(tmp_path, family), **options))


@pytest.mark.parametrize(
    ("family", "options"),
    [("audio-spectrogram-transformer", {"pooling": "token"}), ("whisper", {"pooling": "attention"})],
)
def test_other_families_fine_tuned(family: str, options: dict[str, Any], tmp_path: Path) -> None:
    check_model(Transformer(folder=checkpoint(tmp_path, family), **options))
