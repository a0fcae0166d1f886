"""A local plugin: the nearest class mean, fitted without gradients. For the core's tests."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import genrekit

SEEN: list[tuple[Any, Any, bool, int]] = []
"""What each fit got: embeddings, targets, multi_label, seed."""


class Nearest(genrekit.FittedModel):
    """The class whose mean is nearest."""

    use: Literal["toy-nearest"] = "toy-nearest"

    def build(self, shape: Any, classes: int) -> Any:
        import numpy as np
        from onnx import TensorProto, helper, numpy_helper
        from torch import nn

        from genrekit.graph_network import GraphNetwork
        from genrekit.graphs import OPSET

        class Network(GraphNetwork):
            def learn(self, embeddings: Any, targets: Any, *, multi_label: bool, seed: int) -> Any:
                SEEN.append((embeddings, targets, multi_label, seed))
                if multi_label:
                    raise ValueError("it gives one label")
                if not targets.sum(axis=0).all():
                    raise ValueError("a class has no example")
                means = targets.T @ embeddings / targets.sum(axis=0)[:, None]
                tensors = {"means": 2 * means.T, "squares": -np.square(means).sum(axis=1)}
                nodes = [
                    helper.make_node("MatMul", ["embedding", "means"], ["near"]),
                    helper.make_node("Add", ["near", "squares"], ["logits"]),
                ]
                ends = [
                    helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size])
                    for name, size in (("embedding", embeddings.shape[1]), ("logits", len(means)))
                ]
                constants = [numpy_helper.from_array(value.astype(np.float32), name) for name, value in tensors.items()]
                graph = helper.make_graph(nodes, "nearest", ends[:1], ends[1:], constants)
                return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])

        class Mean(nn.Module):
            def forward(self, features: Any) -> Any:
                return features.mean(dim=3).flatten(1)

        return Network(Mean(), classes)


class Sharing(Nearest):
    """The same, that takes shares of labels."""

    learns_shares: ClassVar[bool] = True
    use: Literal["toy-sharing"] = "toy-sharing"  # type: ignore[assignment]


@genrekit.hookimpl
def register_models(register: Any) -> None:
    register(Nearest)
    register(Sharing)
