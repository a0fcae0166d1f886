"""A fitted pipeline as an ONNX graph that gives logits."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal
from unittest import mock

import numpy as np

from genrekit.graphs import INPUT, OPSET, OUTPUT
from genrekit_sklearn._columns import CERTAIN, Columns

if TYPE_CHECKING:
    import onnx

SCORES = "probabilities"
"""What skl2onnx calls them, also where they are margins."""


Way = Literal["predict_proba", "decision_function"]
"""What logits are made of: a classifier's probabilities, or its margins."""


def ways(pipeline: Any) -> list[Way]:
    """Those that a fitted classifier, or pipeline, has; the better one first."""
    known: list[Way] = ["predict_proba", "decision_function"]
    return [way for way in known if hasattr(pipeline, way)]


def to_graph(pipeline: Any, size: int, columns: Columns, way: Way) -> onnx.ModelProto:
    """embedding [n, size] -> logits [n, classes]. Raises ValueError for what skl2onnx has no conversion for."""
    model = _converted(pipeline, size, margins=way == "decision_function")
    graph, constants = model.graph, _Constants()
    scores = SCORES
    if way == "predict_proba":
        scores = _logarithms(graph.node, constants, columns.multi_label)
    constants.add("answer/placement", columns.placement)
    constants.add("answer/rest", columns.rest)
    _node(graph.node, "MatMul", [scores, "answer/placement"], "answer/placed")
    _node(graph.node, "Add", ["answer/placed", "answer/rest"], OUTPUT)
    graph.initializer.extend(constants.tensors)
    _only_output(graph, len(columns.rest))
    return model


def _converted(pipeline: Any, size: int, margins: bool) -> onnx.ModelProto:
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType

    types = [(INPUT, FloatTensorType([None, size]))]
    versions = {"": OPSET, "ai.onnx.ml": 3}
    # Each converter refuses options that it does not know with a NameError.
    for options in ({"zipmap": False, "raw_scores": margins}, {"raw_scores": margins}, {"zipmap": False}):
        try:
            with _whole_numbers():
                return to_onnx(
                    pipeline, initial_types=types, options={id(pipeline[-1]): options}, target_opset=versions
                )
        except NameError as error:
            reason: Exception = error
        except Exception as error:  # skl2onnx raises classes of its own, each another
            reason = error
            break
    said = str(reason).strip().partition("\n")[0][:200]
    raise ValueError(f"skl2onnx cannot write this {type(pipeline[-1]).__name__} as ONNX: {said}") from reason


class _Constants:
    def __init__(self) -> None:
        self.tensors: list[onnx.TensorProto] = []

    def add(self, name: str, value: Any) -> str:
        from onnx import numpy_helper

        self.tensors.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name


def _node(nodes: Any, operator: str, inputs: list[str], output: str) -> str:
    from onnx import helper

    nodes.append(helper.make_node(operator, inputs, [output]))
    return output


def _logarithms(nodes: Any, constants: _Constants, multi_label: bool) -> str:
    """Logits of probabilities, at most as sure as `CERTAIN`; of labels that do not exclude each other, log-odds."""
    lowest = constants.add("answer/lowest", np.exp(-CERTAIN))
    highest = constants.add("answer/highest", 1 - np.exp(-CERTAIN) if multi_label else 1)
    likely = _node(nodes, "Clip", [SCORES, lowest, highest], "answer/likely")
    logarithm = _node(nodes, "Log", [likely], "answer/log_likely")
    if not multi_label:
        return logarithm
    unlikely = _node(nodes, "Sub", [constants.add("answer/one", 1), likely], "answer/unlikely")
    return _node(nodes, "Sub", [logarithm, _node(nodes, "Log", [unlikely], "answer/log_unlikely")], "answer/log_odds")


def _only_output(graph: Any, classes: int) -> None:
    from onnx import TensorProto, helper

    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [None, classes]))


@contextlib.contextmanager
def _whole_numbers() -> Iterator[None]:
    """skl2onnx 1.20 gives truth values, for histogram gradient boosting, where newer onnx takes whole numbers only."""
    from skl2onnx.common import _container

    make: Callable[..., Any] = _container.make_node

    def make_plain(*arguments: Any, **attributes: Any) -> Any:
        return make(*arguments, **{name: _plain(value) for name, value in attributes.items()})

    with mock.patch.object(_container, "make_node", make_plain):
        yield


def _plain(value: Any) -> Any:
    if isinstance(value, list) and any(isinstance(element, bool | np.bool_) for element in value):
        return [int(element) for element in value]
    return value
