"""Bundles from strangers: whatever is in them is refused with a reason, before it is read, run or given memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bundle_attacks import ATTACKS

import genrekit
from genrekit import bundle
from genrekit.errors import BundleError
from genrekit.testing.bundles import write_bundle


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a bundle in which nothing is wrong."""
    folder = write_bundle(tmp_path_factory.mktemp("good") / "bundle")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def copied(good: dict[str, bytes], parent: Path) -> Path:
    folder = parent / "bundle"
    folder.mkdir(parents=True)
    for name, content in good.items():
        (folder / name).write_bytes(content)
    return folder


def answers(folder: Path, tmp_path: Path) -> dict[str, float]:
    import soundfile

    soundfile.write(tmp_path / "x.wav", 0.1 * np.sin(np.arange(4000)), 8000)
    return genrekit.load(str(folder)).predict(tmp_path / "x.wav").probabilities


def test_the_bundle_that_is_attacked_is_a_good_one(good: dict[str, bytes], tmp_path: Path) -> None:
    assert set(answers(copied(good, tmp_path), tmp_path)) == {"high", "low"}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_refused_with_its_reason(good: dict[str, bytes], tmp_path: Path, name: str) -> None:
    attack, told = ATTACKS[name]
    folder = copied(good, tmp_path)
    attack(folder)
    with pytest.raises(BundleError, match=told) as caught:
        answers(folder, tmp_path)
    assert len(str(caught.value)) < 1000
    assert all(character.isprintable() or character == "\n" for character in str(caught.value))


def test_a_cache_may_keep_files_under_their_checksums(good: dict[str, bytes], tmp_path: Path) -> None:
    folder = copied(good, tmp_path / "snapshots")
    (tmp_path / "blobs").mkdir()
    (folder / bundle.ONNX).rename(tmp_path / "blobs" / "0123")
    (folder / bundle.ONNX).symlink_to("../../blobs/0123")
    assert set(answers(folder, tmp_path)) == {"high", "low"}
