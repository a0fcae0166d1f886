"""The feature store: what goes in comes out, nothing stale is found, half-written items do not exist."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import pytest

import genrekit
from genrekit.store import HashIndex, Store, code_version, content_hash, item_key, stat_of


class Plain(genrekit.FeatureExtractor):
    """A feature extractor with an option."""

    use: Literal["plain"] = "plain"
    size: int = 3


class Newer(Plain):
    """The same, said to compute something else."""

    version: ClassVar[int] = 2


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("order", ["C", "F"])
def test_put_and_window(tmp_path: Path, dtype: type, order: str) -> None:
    windows = np.asarray(np.random.default_rng(0).normal(size=(3, 1, 4, 5)), dtype=dtype, order=order)
    store = Store(tmp_path)
    store.put("ab12", windows, {"notes": ["silent", "🎸"]})
    assert store.about("ab12") == {"notes": ["silent", "🎸"], "windows": 3, "blake3": store.about("ab12")["blake3"]}
    for index in range(3):
        assert np.array_equal(store.window("ab12", index), windows[index])
        assert store.window("ab12", index).dtype == dtype


def test_missing_and_damaged_items_are_not_there(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.about("ab12") is None
    store.put("ab12", np.zeros((1, 2), np.float32), {})
    whole = store.path("ab12").read_bytes()
    for end in range(len(whole)):
        store.path("ab12").write_bytes(whole[:end])
        assert store.about("ab12") is None, end


def test_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        store.put("ab12", np.zeros((1, 2), np.float32), {})
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_key_depends_on_content_stretch_stage_options_and_version() -> None:
    keys = {
        item_key("content", 0.0, None, "features", Plain().identity()),
        item_key("other", 0.0, None, "features", Plain().identity()),
        item_key("content", 1.0, None, "features", Plain().identity()),
        item_key("content", 0.0, 2.0, "features", Plain().identity()),
        item_key("content", 0.0, None, "waveform", Plain().identity()),
        item_key("content", 0.0, None, "features", Plain(size=4).identity()),
        item_key("content", 0.0, None, "features", Plain().identity(), "other code"),
    }
    assert len(keys) == 7
    assert item_key("content", 0.0, None, "features", Plain(size=3).identity()) in keys


def test_code_version_follows_declared_version_and_sources(tmp_path: Path) -> None:
    assert code_version(Plain()) == code_version(Plain(size=4))
    assert code_version(Plain()) != code_version(Newer())
    assert code_version(Plain(), [written(tmp_path, "x = 1")]) == code_version(Plain(), [written(tmp_path, "x = 1")])
    assert code_version(Plain(), [written(tmp_path, "x = 1")]) != code_version(Plain(), [written(tmp_path, "x = 2")])


def test_code_version_follows_functions_that_a_class_uses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    package = tmp_path / "package_of_parts"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "level.py").write_text("LOUD_DB = 25\n\n\ndef level():\n    return LOUD_DB\n")
    (package / "part.py").write_text("from package_of_parts.level import level\n\n\nclass Part:\n    has = level()\n")
    part = importlib.import_module("package_of_parts.part").Part()
    before = code_version(Plain(), [part])
    assert code_version(Plain(), [part]) == before
    (package / "level.py").write_text("LOUD_DB = 5\n\n\ndef level():\n    return LOUD_DB\n")
    assert code_version(Plain(), [part]) != before


def written(folder: Path, line: str) -> object:
    """An object whose class stands in a file with that line."""
    path = folder / f"part_{len(list(folder.iterdir()))}.py"
    path.write_text(f"class Part:\n    {line}\n")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    part: object = module.Part()
    return part


def test_hash_index_forgets_changed_files(tmp_path: Path) -> None:
    path, index = tmp_path / "clip.wav", HashIndex(tmp_path / "store")
    path.write_bytes(b"one")
    before = stat_of(str(path))
    assert index.known([before]) == {}
    index.remember({before: content_hash(path)})
    assert index.known([before]) == {before: content_hash(path)}
    path.write_bytes(b"three")
    assert index.known([stat_of(str(path))]) == {}


def test_content_hash_is_blake3(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert content_hash(tmp_path / "empty").startswith("af1349b9f5f9a1a6a0404dea36dcc949")
