"""Recurrent layers for export: torch's GRU and LSTM as one ONNX operator each.

torch's exporter unrolls a recurrent layer step by step while tracing, which takes half a minute for a few hundred
frames. A copy of the module that emits the operator directly takes a second, and its graph is the same.
Gate orders and bias layout: ONNX operator specification, GRU and LSTM.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

_GATES = {"GRU": (1, 0, 2), "LSTM": (0, 3, 1, 2)}
"""torch's blocks (GRU: reset, update, new; LSTM: input, forget, cell, output) in ONNX's order."""


class OnnxRecurrent(nn.Module):
    """Stands in for an `nn.GRU` or `nn.LSTM` (no projection, initial state of zeros) while it is exported."""

    def __init__(self, layer: nn.GRU | nn.LSTM) -> None:
        super().__init__()
        if layer.proj_size:
            raise ValueError("LSTM projections have no ONNX operator")
        self.operator = "LSTM" if isinstance(layer, nn.LSTM) else "GRU"
        self.layers, self.hidden_size, self.batch_first = layer.num_layers, layer.hidden_size, layer.batch_first
        self.directions = 2 if layer.bidirectional else 1
        for index in range(self.layers):
            for name, value in self._weights(layer, index).items():
                self.register_buffer(f"{name}{index}", value)

    def _weights(self, layer: nn.Module, index: int) -> dict[str, torch.Tensor]:
        suffixes = [f"_l{index}", f"_l{index}_reverse"][: self.directions]

        def gather(kind: str) -> list[torch.Tensor]:
            return [self._reorder(layer, f"{kind}{suffix}") for suffix in suffixes]

        biases = [torch.cat(pair) for pair in zip(gather("bias_ih"), gather("bias_hh"), strict=True)]
        return {"w": torch.stack(gather("weight_ih")), "r": torch.stack(gather("weight_hh")), "b": torch.stack(biases)}

    def _reorder(self, layer: nn.Module, name: str) -> torch.Tensor:
        gates = len(_GATES[self.operator])
        value = getattr(layer, name, None)
        if value is None:  # bias=False
            return torch.zeros(gates * self.hidden_size)
        blocks = value.detach().chunk(gates, dim=0)
        return torch.cat([blocks[gate] for gate in _GATES[self.operator]], dim=0)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, Any]:
        """The same as the layer's own forward without an initial state."""
        x = x.transpose(0, 1) if self.batch_first else x
        states: list[list[torch.Tensor]] = []
        for index in range(self.layers):
            y, *last = self._operator(x, index)
            x = y.permute(0, 2, 1, 3).flatten(2)
            states.append(last)
        joined = [torch.cat(parts, dim=0) for parts in zip(*states, strict=True)]
        x = x.transpose(0, 1) if self.batch_first else x
        return x, joined[0] if self.operator == "GRU" else tuple(joined)

    def _operator(self, x: torch.Tensor, index: int) -> Any:
        frames, batch, _ = x.shape
        directions, hidden = self.directions, self.hidden_size
        state = (directions, batch, hidden)
        shapes = [(frames, directions, batch, hidden), state] + ([state] if self.operator == "LSTM" else [])
        direction = "bidirectional" if directions == 2 else "forward"
        attributes: dict[str, Any] = {"hidden_size": hidden, "direction": direction}
        if self.operator == "GRU":
            attributes["linear_before_reset"] = 1
        weights = [getattr(self, f"{name}{index}") for name in "wrb"]
        return torch.onnx.ops.symbolic_multi_out(
            self.operator, (x, *weights), attributes, dtypes=[x.dtype] * len(shapes), shapes=shapes, version=14
        )


def replace_recurrent(module: nn.Module) -> nn.Module:
    """Swap every GRU and LSTM below ``module``, in place."""
    for name, child in module.named_children():
        if isinstance(child, nn.GRU | nn.LSTM) and not getattr(child, "proj_size", 0):
            setattr(module, name, OnnxRecurrent(child))
        else:
            replace_recurrent(child)
    return module
