"""ONNX graphs of several makers, joined: features by torch's exporter, logits by another library's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genrekit.errors import TrainingError

if TYPE_CHECKING:
    import onnx

OPSET = 20
"""The version of ONNX's operators that all parts of a joined graph use."""

INPUT, OUTPUT = "embedding", "logits"


def check_graph(model: onnx.ModelProto) -> None:
    """`TrainingError` unless it turns an ``embedding`` into ``logits``, with operators of `OPSET`."""
    given = [[value.name for value in values] for values in (model.graph.input, model.graph.output)]
    versions = {entry.domain: entry.version for entry in model.opset_import}
    if given != [[INPUT], [OUTPUT]] or versions.get("", OPSET) != OPSET:
        raise TrainingError(
            f"a model's ONNX graph turns {given[0]} into {given[1]}, with operators of version {versions.get('')}",
            why=f"it is to turn {[INPUT]} into {[OUTPUT]}, with those of version {OPSET}",
        )


def joined(front: onnx.ModelProto, middle: onnx.ModelProto, temperature: float, multi_label: bool) -> onnx.ModelProto:
    """waveform -> ``front`` -> embedding -> ``middle`` -> logits -> probabilities, as one model.

    They are the softmax, or, if ``multi_label``, the sigmoid, of logits divided by ``temperature``.
    """
    from onnx import compose

    parts = [compose.add_prefix(middle, "model/"), _answer(temperature, multi_label)]
    whole = _alike(front, front)
    for part, (source, target) in zip(parts, ((INPUT, f"model/{INPUT}"), (f"model/{OUTPUT}", OUTPUT)), strict=True):
        whole = compose.merge_models(whole, _alike(part, front), io_map=[(source, target)])
    return whole


def _alike(model: onnx.ModelProto, other: onnx.ModelProto) -> onnx.ModelProto:
    """A copy with the IR version of ``other``, and an entry for ONNX's own operators, as merging demands."""
    import onnx

    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    copy.ir_version = other.ir_version
    if all(entry.domain for entry in copy.opset_import):
        copy.opset_import.append(onnx.helper.make_opsetid("", OPSET))
    return copy


def _answer(temperature: float, multi_label: bool) -> onnx.ModelProto:
    from onnx import TensorProto, helper

    divisor = helper.make_tensor("answer/temperature", TensorProto.FLOAT, [], [temperature])
    activation = "Sigmoid" if multi_label else "Softmax"
    nodes = [
        helper.make_node("Div", [OUTPUT, "answer/temperature"], ["answer/calibrated"]),
        helper.make_node(activation, ["answer/calibrated"], ["probabilities"], **({} if multi_label else {"axis": -1})),
    ]
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["batch", "classes"]) for n in _ENDS]
    graph = helper.make_graph(nodes, "answer", values[:1], values[1:], [divisor])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])


_ENDS = (OUTPUT, "probabilities")
