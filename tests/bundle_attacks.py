"""What a stranger may do to a bundle, and the reason for which it is refused.

Who can write a bundle can also write its checksums, so these are right unless the attack is on them.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from genrekit import bundle

Attack = Callable[[Path], object]
HASH = "0" * 64


def sign(folder: Path) -> None:
    """Make the checksums those of the files as they are now."""
    path = folder / bundle.MANIFEST
    content = json.loads(path.read_text())
    content["files"] = {name: bundle.file_hash(folder / name) for name in content["files"]}
    path.write_text(json.dumps(content))


def manifest(**values: Any) -> Attack:
    """Other values in bundle.json; ``audio__x`` is audio's x."""

    def attack(folder: Path) -> None:
        path = folder / bundle.MANIFEST
        content = json.loads(path.read_text())
        for name, value in values.items():
            *outer, inner = name.split("__")
            (content[outer[0]] if outer else content)[inner] = value
        path.write_text(json.dumps(content))

    return attack


def written(content: bytes | str) -> Attack:
    """Another bundle.json."""
    content = content.encode() if isinstance(content, str) else content
    return lambda folder: (folder / bundle.MANIFEST).write_bytes(content)


def inside(name: str, text: str) -> Attack:
    """bundle.json with raw text for a value."""

    def attack(folder: Path) -> None:
        path = folder / bundle.MANIFEST
        content = json.loads(path.read_text()) | {name: "HERE"}
        path.write_text(json.dumps(content).replace('"HERE"', text))

    return attack


def model(content: bytes) -> Attack:
    """Another model.onnx."""

    def attack(folder: Path) -> None:
        (folder / bundle.ONNX).write_bytes(content)
        sign(folder)

    return attack


def graph(change: Callable[[Any], object]) -> Attack:
    """A model.onnx that is changed by ``change``."""

    def attack(folder: Path) -> None:
        import onnx

        found = onnx.load(folder / bundle.ONNX)
        change(found)
        model(found.SerializeToString())(folder)

    return attack


def cut(share: float) -> Attack:
    def attack(folder: Path) -> None:
        content = (folder / bundle.ONNX).read_bytes()
        model(content[: round(share * len(content))])(folder)

    return attack


def flip(folder: Path) -> None:
    content = bytearray((folder / bundle.ONNX).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / bundle.ONNX).write_bytes(content)


def link(target: str) -> Attack:
    def attack(folder: Path) -> None:
        (folder / bundle.ONNX).unlink()
        (folder / bundle.ONNX).symlink_to(target)

    return attack


def link_outside(folder: Path) -> None:
    """To a file that is just what the checksum says."""
    (folder / bundle.ONNX).rename(folder.parent / "elsewhere.onnx")
    (folder / bundle.ONNX).symlink_to("../elsewhere.onnx")


def folder_for_a_file(folder: Path) -> None:
    (folder / bundle.ONNX).unlink()
    (folder / bundle.ONNX).mkdir()


def outside(location: str) -> Any:
    """A tensor that is kept in another file."""
    import onnx

    tensor = onnx.TensorProto(name="w", data_type=1, dims=[4], data_location=onnx.TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    return tensor


def only_marked() -> Any:
    """The mark alone, without saying where."""
    import onnx

    return onnx.TensorProto(name="w", data_type=1, dims=[4], data_location=onnx.TensorProto.EXTERNAL)


def claiming(*dims: int) -> Any:
    import onnx

    return onnx.TensorProto(name="w", data_type=1, dims=dims, raw_data=b"1234")


def nested(tensor: Any, depth: int = 1) -> Any:
    """A node with that tensor in a graph in a graph ..."""
    import onnx

    inner = onnx.GraphProto(name="g", initializer=[tensor])
    for _ in range(depth):
        node = onnx.NodeProto(op_type="If", input=["c"], output=["o"])
        node.attribute.add(name="then_branch", type=onnx.AttributeProto.GRAPH).g.CopyFrom(inner)
        inner = onnx.GraphProto(name="g", node=[node])
    return inner.node[0]


def buried(folder: Path) -> None:
    """Graphs in graphs, deeper than libraries would write them; parts of a message that follow are added to it."""
    graph = b""
    for _ in range(1000):
        for field in (6, 5, 1):
            graph = field_of(field, graph)
    model((folder / bundle.ONNX).read_bytes() + field_of(7, graph))(folder)


def field_of(number: int, content: bytes) -> bytes:
    """A field of Protocol Buffers that holds bytes."""
    size, head = len(content), [number << 3 | 2]
    while size > 127:
        head.append(size & 127 | 128)
        size >>= 7
    return bytes([*head, size]) + content


def function(tensor: Any) -> Any:
    import onnx

    return onnx.FunctionProto(name="f", domain="x", node=[nested(tensor)])


def sparse(tensor: Any) -> Any:
    import onnx

    return onnx.SparseTensorProto(values=tensor, dims=[4])


def rename(found: Any, old: str, new: str) -> None:
    """An end of the graph under another name."""
    for end in (*found.graph.input, *found.graph.output):
        end.name = new if end.name == old else end.name
    for node in found.graph.node:
        node.input[:] = [new if name == old else name for name in node.input]
        node.output[:] = [new if name == old else name for name in node.output]


def another_input(found: Any) -> None:
    found.graph.input.add().CopyFrom(found.graph.input[0])
    found.graph.input[-1].name = "secrets"


def custom_op(found: Any) -> None:
    found.opset_import.add(domain="com.evil", version=1)
    found.graph.node[0].domain, found.graph.node[0].op_type = "com.evil", "Run"


def python_op(found: Any) -> None:
    """What onnxruntime's training builds know: code in the graph."""
    found.opset_import.add(domain="com.microsoft", version=1)
    found.graph.node[0].domain, found.graph.node[0].op_type = "com.microsoft", "PythonOp"


DEEP = "[" * 100_000 + "]" * 100_000
PICKLE = pickle.dumps(Path("/"))

ATTACKS: dict[str, tuple[Attack, str]] = {
    # Names of files that lead elsewhere.
    "a file above": (manifest(files={"../../.bashrc": HASH}), "no plain name"),
    "a file below": (manifest(files={"a/b": HASH}), "no plain name"),
    "an absolute file": (manifest(files={"/etc/passwd": HASH}), "no plain name"),
    "a file of Windows": (manifest(files={"..\\x": HASH}), "no plain name"),
    "a drive": (manifest(files={"C:x": HASH}), "no plain name"),
    "a hidden file": (manifest(files={".bashrc": HASH}), "no plain name"),
    "a file without a name": (manifest(files={"": HASH}), "no plain name"),
    "a name that steers a terminal": (manifest(files={"\x1b[2J": HASH}), "no plain name"),
    "too many files": (manifest(files={f"f{number}": HASH for number in range(1000)}), "files"),
    "a checksum that is none": (manifest(files={"model.onnx": "yes"}), "files"),
    "a link outside": (link_outside, "a link to a file outside"),
    "a link to a device": (link("/dev/zero"), "is missing"),
    "a link to itself": (link("model.onnx"), "is missing"),
    "a folder for a file": (folder_for_a_file, "is missing"),
    "no file": (lambda folder: (folder / bundle.ONNX).unlink(), "is missing"),
    "a damaged file": (flip, "damaged or was changed"),
    # Sizes.
    "a million labels": (manifest(labels=[str(number) for number in range(10**6)]), "labels"),
    "a label of a megabyte": (manifest(labels=["x" * 10**6, "y"]), "labels"),
    "a label twice": (manifest(labels=["a", "a"]), "a label is there twice"),
    "a label without a name": (manifest(labels=["", "a"]), "labels"),
    "a manifest of 20 MB": (manifest(name="x" * 20_000_000), "larger than"),
    "windows of a terabyte": (manifest(audio__window_samples=2**40), "window_samples"),
    "windows of nothing": (manifest(audio__window_samples=0), "window_samples"),
    "padding of a terabyte": (manifest(audio__minimum_samples=2**40), "minimum_samples"),
    "a rate beyond": (manifest(audio__sample_rate=10**9), "sample_rate"),
    "features of any size": (manifest(feature_shape=[1, 2**40, 2**40]), "feature_shape"),
    "features of a negative size": (manifest(feature_shape=[1, -1, 1]), "feature_shape"),
    "a number of a million digits": (inside("parameters", "9" * 10**6), "parameters|not a bundle"),
    "a number beyond float": (inside("onnx_difference", "1e999999"), "onnx_difference"),
    # JSON.
    "nested metrics": (inside("metrics", '{"a": ' + DEEP + "}"), "not a bundle|cannot read"),
    "nested options": (inside("features", '{"options": {"a": ' + DEEP + "}}"), "not a bundle|cannot read"),
    "half a manifest": (written('{"format": 1, "name": "x", "lab'), "not a bundle"),
    "no manifest": (written(""), "not a bundle"),
    "null": (written("null"), "not a bundle"),
    "a list": (written("[]"), "not a bundle"),
    "pickle for JSON": (written(PICKLE), "not a bundle"),
    "UTF-16": (written('{"format": 1}'.encode("utf-16")), "not a bundle"),
    "a surrogate": (inside("name", r'"\ud800"'), "not a bundle"),
    "another format": (manifest(format=2), "not a bundle of format 1"),
    "what nobody knows": (manifest(run="rm -rf /"), "not a bundle"),
    "a temperature of nothing": (manifest(answers={"temperature": 0}), "temperature"),
    "a threshold beyond": (manifest(answers={"thresholds": {"high": 7}}), "thresholds"),
    # Graphs.
    "pickle for a graph": (model(PICKLE), "no ONNX graph|cannot be loaded"),
    "an archive for a graph": (model(b"PK\x03\x04" + bytes(200)), "no ONNX graph|cannot be loaded"),
    "nothing for a graph": (model(b""), "cannot be loaded|no ONNX graph"),
    "a tenth of a graph": (cut(0.1), "no ONNX graph|cannot be loaded"),
    "half a graph": (cut(0.5), "no ONNX graph|cannot be loaded"),
    "most of a graph": (cut(0.95), "no ONNX graph|cannot be loaded"),
    "weights elsewhere": (graph(lambda m: m.graph.initializer.append(outside("/etc/passwd"))), "external data"),
    "weights above": (graph(lambda m: m.graph.initializer.append(outside("../../x"))), "external data"),
    "weights beside": (graph(lambda m: m.graph.initializer.append(outside("x.bin"))), "external data"),
    "weights somewhere": (graph(lambda m: m.graph.initializer.append(only_marked())), "external data"),
    "weights elsewhere, in a branch": (graph(lambda m: m.graph.node.append(nested(outside("/x"), 3))), "external data"),
    "weights elsewhere, in a function": (graph(lambda m: m.functions.append(function(outside("/x")))), "external data"),
    "weights elsewhere, sparse": (
        graph(lambda m: m.graph.sparse_initializer.append(sparse(outside("/x")))),
        "external data",
    ),
    "weights elsewhere, for training": (
        graph(lambda m: m.training_info.add().initialization.initializer.append(outside("/x"))),
        "external data",
    ),
    "a tensor of a terabyte": (graph(lambda m: m.graph.initializer.append(claiming(2**20, 2**20))), "claims a tensor"),
    "a tensor beyond 64 bits": (graph(lambda m: m.graph.initializer.append(claiming(*[2**40] * 4))), "claims a tensor"),
    "a tensor of a negative size": (graph(lambda m: m.graph.initializer.append(claiming(-1))), "claims a tensor"),
    "graphs in graphs in graphs": (buried, "nested too deep"),
    "an operator of their own": (graph(custom_op), "cannot be loaded"),
    "an operator that runs Python": (graph(python_op), "cannot be loaded"),
    "a graph that takes something else": (graph(lambda m: rename(m, "waveform", "file")), "instead of a waveform"),
    "a graph that takes more": (graph(another_input), "instead of a waveform"),
    "a graph that gives something else": (graph(lambda m: rename(m, "probabilities", "x")), "gives no probabilities"),
    "other labels than the graph's": (
        manifest(labels=["a", "b", "c"]),
        r"answers \[1, 2\] numbers instead of \[1, 3\]",
    ),
}
