"""A network whose last part is an ONNX graph: what a model is that other libraries fit, without gradients.

The graph is what is trained. Figures are made with it, checkpoints and the bundle hold its bytes, and export joins it
to the features' graph: so there is nothing to pickle, and nothing that answers otherwise after training than within.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from genrekit import onnx_scan
from genrekit.errors import BundleError
from genrekit.graphs import INPUT, OUTPUT, check_graph

if TYPE_CHECKING:
    import numpy as np
    import onnx

Batch = tuple[Tensor, Tensor]


class GraphNetwork(nn.Module):
    """features [batch, channels, bins, frames] -> ``embedding``, a torch module -> graph -> logits [batch, classes].

    ``embedding`` gives float32 [batch, size]. A subclass defines `learn`. Until `fit`, logits are zeros.
    """

    def __init__(self, embedding: nn.Module, classes: int) -> None:
        super().__init__()
        self.embedding, self.classes = embedding, classes
        self.graph = b""

    def learn(self, embeddings: np.ndarray, targets: np.ndarray, *, multi_label: bool, seed: int) -> onnx.ModelProto:
        """An ONNX model: ``embedding`` float32 [n, size] -> ``logits`` float32 [n, classes], of `graphs.OPSET`.

        ``embeddings`` float32 [examples, size], ``targets`` float32 [examples, classes]. ``seed``, 0 to 2^32 - 1,
        decides all that is random. Raises ValueError for examples that cannot be learned from.
        """
        raise NotImplementedError

    @torch.no_grad()
    def fit(self, batches: Iterable[Batch], *, multi_label: bool, seed: int) -> None:
        """Learn from ``batches`` of features [n, channels, bins, frames] and targets [n, classes]."""
        self.embedding.eval()
        kept = [(self.embedding(features).float().cpu(), targets.cpu()) for features, targets in batches]
        embeddings, targets = (torch.cat(column).numpy() for column in zip(*kept, strict=True))
        model = self.learn(embeddings, targets, multi_label=multi_label, seed=seed % 2**32)
        check_graph(model)
        self.graph = model.SerializeToString()

    def forward(self, features: Tensor) -> Tensor:
        embeddings: Tensor = self.embedding(features).float()
        if not self.graph:
            return embeddings.new_zeros(len(embeddings), self.classes)
        found = _session(self.graph).run([OUTPUT], {INPUT: embeddings.detach().cpu().numpy()})[0]
        logits: Tensor = torch.from_numpy(found).to(embeddings)
        return logits

    def get_extra_state(self) -> Tensor:
        """The graph as bytes, uint8 [n]: in the state_dict, so wherever weights go."""
        return torch.frombuffer(bytearray(self.graph), dtype=torch.uint8) if self.graph else torch.zeros(0).byte()

    def set_extra_state(self, state: Tensor) -> None:
        """Put it back. Raises `BundleError` for what no graph of ours holds: weights may come from a stranger."""
        graph = state.cpu().numpy().tobytes()
        reason = onnx_scan.objection(graph) if graph else None
        if reason:
            raise BundleError(f"the graph among the weights is refused: {reason}")
        self.graph = graph


@functools.lru_cache(maxsize=4)
def _session(graph: bytes) -> Any:
    """On one thread: the order in which threads add up a forest's votes is not always the same."""
    import onnxruntime

    from genrekit.onnx_engine import session_options

    options = session_options()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
