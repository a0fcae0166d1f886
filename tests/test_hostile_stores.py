"""Items of a store, and weights, that somebody else wrote: taken for what they are, or not at all."""

from __future__ import annotations

import ast
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from toy_runs import TOY

from genrekit import bundle, checkpoint, plugins
from genrekit.component import FeatureShape
from genrekit.errors import BundleError, GenrekitError
from genrekit.store import Store
from genrekit.store_care import damaged
from genrekit.torch_engine import TorchEngine

KEY = "ab" * 20


def raw(header: bytes, body: bytes = bytes(64), size: int | None = None) -> bytes:
    """A safetensors file with that header, and the length that it claims to have."""
    return struct.pack("<Q", len(header) if size is None else size) + header + body


def tensors(**entries: Any) -> bytes:
    return raw(json.dumps({"__metadata__": {"about": "{}"}} | entries).encode())


def windows(shape: list[int], offsets: list[int], dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


def item(about: str, array: np.ndarray | None = None, name: str = "windows") -> bytes:
    tensor = np.zeros((2, 4), np.float32) if array is None else array
    return safetensors.numpy.save({name: tensor}, metadata={"about": about})


NOT_THERE: dict[str, bytes] = {
    "nothing": b"",
    "seven bytes": bytes(7),
    "a header of nothing": bytes(8),
    "a header beyond the file": raw(b"{}", size=10**6),
    "a header of exabytes": raw(b"{}", size=2**63),
    "a header that is no JSON": raw(b"not json"),
    "a header that is nested": raw(b'{"a":' * 5000 + b"1" + b"}" * 5000),
    "pickle": b"\x80\x04\x95" + bytes(100),
    "numbers beyond the file": tensors(windows=windows([2**20, 2**20], [0, 2**42])),
    "a shape beyond its numbers": tensors(windows=windows([2**20, 2**20], [0, 64])),
    "a shape that overflows": tensors(windows=windows([2**33, 2**33, 2**33], [0, 64])),
    "a negative shape": tensors(windows=windows([-4, -4], [0, 64])),
    "numbers from behind": tensors(windows=windows([4, 4], [64, 0])),
    "numbers that overlap": tensors(windows=windows([16], [0, 64]), more=windows([8], [32, 64])),
    "a hole between numbers": tensors(windows=windows([4], [48, 64])),
    "a type that nobody knows": tensors(windows=windows([4, 4], [0, 64], "PICKLE")),
    "another name": item('{"notes": []}', name="weights"),
    "no metadata": safetensors.numpy.save({"windows": np.zeros((2, 4), np.float32)}),
    "about that is no JSON": item("{"),
    "about that is nested": item("[" * 100_000 + "]" * 100_000),
    "about that is a list": item("[]"),
    "notes that are a number": item('{"notes": 7}'),
    "notes that are no text": item('{"notes": [{}]}'),
    "a million notes": item(json.dumps({"notes": ["x"] * 10**6})),
    "one number": item('{"notes": []}', np.float32([1.0])),
    "no windows": item('{"notes": []}', np.zeros((0, 4), np.float32)),
}
"""What is not taken for an item."""


@pytest.mark.parametrize("name", NOT_THERE)
def test_what_is_no_item_is_not_there(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path)
    store.path(KEY).parent.mkdir(parents=True)
    store.path(KEY).write_bytes(NOT_THERE[name])
    assert store.about(KEY) is None
    assert [found.path.stem for found in damaged(store)] == [KEY]


@pytest.mark.parametrize("at", range(0, 320, 10))
def test_verify_finds_a_changed_byte(tmp_path: Path, at: int) -> None:
    """Of the numbers as of the header."""
    store = Store(tmp_path)
    store.put(KEY, np.arange(40, dtype=np.float32).reshape(2, 20), {"notes": []})
    content = bytearray(store.path(KEY).read_bytes())
    at = len(content) - 1 - at
    content[at] ^= 0x10
    store.path(KEY).write_bytes(content)
    if not store.sound(KEY):
        assert [found.path.stem for found in damaged(store)] == [KEY]
    else:
        # Only where another spelling of the header means the same.
        assert at < len(content) - 160
        assert store.window(KEY, 1).tolist() == list(range(20, 40))


@pytest.mark.parametrize("break_it", [Path.unlink, lambda path: path.write_bytes(b"short")])
def test_an_item_that_goes_away_during_a_run_is_named(tmp_path: Path, break_it: Callable[[Path], object]) -> None:
    store = Store(tmp_path)
    store.put(KEY, np.zeros((2, 4), np.float32), {"notes": []})
    break_it(store.path(KEY))
    with pytest.raises(GenrekitError, match=f"cannot read .*{KEY}") as caught:
        store.window(KEY, 0)
    assert "genrekit store verify --remove" in str(caught.value)


@pytest.fixture
def torch_bundle(tmp_path: Path) -> Path:
    """A bundle without a graph: the network is built from options, the weights are put into it."""
    from genrekit.export import WaveformClassifier
    from genrekit.testing.bundles import write_bundle

    plugins.configure(local=[str(TOY)])
    registry = plugins.installed().registry
    features = registry.find("features", "toy-bands").component.model_validate({})
    model = registry.find("model", "toy-small").component.model_validate({})
    shape = FeatureShape(1, 8, 8)
    folder = write_bundle(tmp_path / "bundle")
    (folder / bundle.ONNX).unlink()
    classifier = WaveformClassifier(features.build(), model.build(shape, 2))  # type: ignore[attr-defined]
    checkpoint.save_weights(folder / bundle.WEIGHTS, classifier)
    parts = [
        bundle.Part(options=part.model_dump(mode="json"), distribution="toy_plugin", version="1")
        for part in (features, model)
    ]
    found = bundle.read_manifest(folder)
    found = found.model_copy(update={"features": parts[0], "model": parts[1], "feature_shape": tuple(shape)})
    bundle.write_manifest(folder, found)
    return folder


def opened(folder: Path, **values: Any) -> Any:
    found = bundle.read_manifest(folder)
    return TorchEngine.open(folder, bundle.write_manifest(folder, found.model_copy(update=values)))


def test_a_good_bundle_without_a_graph_is_opened(torch_bundle: Path) -> None:
    assert opened(torch_bundle)(np.zeros((3, 4096), np.float32)).shape == (3, 2)


def test_a_network_larger_than_its_weights_is_not_allocated(torch_bundle: Path) -> None:
    """A hundred terabytes, were it."""
    found = bundle.read_manifest(torch_bundle)
    wide = found.model.model_copy(update={"options": found.model.options | {"width": 2**40}})
    with pytest.raises(BundleError, match=r"is refused: it holds .* numbers, and the model's options ask for"):
        opened(torch_bundle, model=wide)
    with pytest.raises(BundleError, match="more than can be counted"):
        opened(torch_bundle, feature_shape=(1, 2**30, 2**30))
    with pytest.raises(BundleError, match="is refused: it holds"):
        opened(torch_bundle, model=found.model, feature_shape=(1, 2**20, 2**20))


LYING_WEIGHTS = ("a header of exabytes", "numbers beyond the file", "a shape beyond its numbers", "pickle", "nothing")


@pytest.mark.parametrize("name", LYING_WEIGHTS)
def test_weights_that_lie_are_refused(torch_bundle: Path, name: str) -> None:
    (torch_bundle / bundle.WEIGHTS).write_bytes(NOT_THERE[name])
    with pytest.raises(BundleError, match="SafetensorError"):
        opened(torch_bundle)


def test_weights_of_others_are_refused(torch_bundle: Path) -> None:
    (torch_bundle / bundle.WEIGHTS).write_bytes(safetensors.numpy.save({"x": np.zeros(10**6, np.float32)}))
    with pytest.raises(BundleError, match="cannot be built"):
        opened(torch_bundle)


READERS = {"pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "torch.load", "np.load", "eval", "exec"}
"""What runs, or may run, what it reads."""


def names_used(path: Path) -> set[str]:
    """Modules that are imported, and functions that are called by a plain name or one of a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.Call):
            found.add(ast.unparse(node.func))
    return found


def test_nothing_in_the_product_reads_what_may_run() -> None:
    root = Path(bundle.__file__).parent
    folders = [path for path in (root, root.parent / "plugins" / "genrekit_builtins") if path.is_dir()]
    paths = [path for folder in folders for path in folder.rglob("*.py")]
    found = {path.relative_to(root.parent).as_posix(): READERS & names_used(path) for path in paths}
    assert len(found) > 200
    # Components must survive the way to a worker process: the suite tries just that.
    assert {path: names for path, names in found.items() if names and "/testing/" not in path} == {}
