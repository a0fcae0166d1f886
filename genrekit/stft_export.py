"""The short-time Fourier transform in ONNX as a convolution and a product instead of the operator ``STFT``.

onnxruntime's operator transforms one frame after the other in one thread: half of the time that a CRNN takes. With the
two steps of `genrekit.stft_matrices` both are products with constant matrices, what processors do best. The first is a
convolution over frames, since a frame is some rows of ``hop_length`` samples in sequence: frames, which overlap, are
nowhere written out. Each step leaves its numbers in the order in which the next one takes them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxscript
import torch
from onnxscript.function_libs.torch_lib.ops.core import aten_stft
from onnxscript.function_libs.torch_lib.tensor_typing import TFloat
from onnxscript.onnx_opset import opset18 as op

from genrekit.stft_matrices import columns, factors, first_matrices, places, second_matrix

MOST_POINTS = 8192
"""Of a longer transform the matrices would outweigh many a model."""

MOST_OVERLAP = 64
"""Frames over one sample: where a hop is no multiple of N2, each adds a node to the graph."""


def stft(
    self: TFloat,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: TFloat | None = None,
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> TFloat:
    """``torch.ops.aten.stft``: [samples] or [batch, samples] -> [..., bins, frames, 2], real and imaginary.

    What is not worth it, or rare, goes to onnxscript's own translation.
    """
    hop_length = hop_length or n_fft // 4
    unusual = onesided is False or window is None or win_length not in (None, n_fft) or align_to_window
    if unusual or not worthwhile(n_fft, hop_length):
        return aten_stft(self, n_fft, hop_length, win_length, window, normalized, onesided, return_complex)
    single = len(self.shape) == 1
    batch = op.Unsqueeze(self, ints(0)) if single else self
    count = op.Add(op.Div(op.Sub(op.Shape(batch, start=1, end=2), ints(n_fft)), ints(hop_length)), ints(1))
    parts = transform(batch, count, window, n_fft, hop_length, n_fft**-0.5 if normalized else 1.0)
    parts = [op.Squeeze(part, ints(0)) if single else part for part in parts]
    return op.Concat(*(op.Unsqueeze(part, ints(-1)) for part in parts), axis=-1)


def translations() -> dict[Any, Any]:
    """What `torch.onnx.export` takes as ``custom_translation_table``."""
    return {torch.ops.aten.stft.default: stft}


def worthwhile(points: int, hop: int) -> bool:
    """Whether the products are quicker: they take 2 N (N1 + 2 N2) multiplications, many without near factors."""
    return points <= MOST_POINTS and points <= hop * MOST_OVERLAP and sum(factors(points)) <= 64 + points // 16


def transform(waveform: Any, count: Any, window: Any, points: int, hop: int, scale: float) -> list[Any]:
    """[batch, samples] -> the real and the imaginary part, each [batch, bins, ``count`` frames]."""
    _, n_2 = factors(points)
    x = rows(waveform, count, points, hop)
    if hop % n_2:
        x, hop = frames(x, count, points, hop), points
    x = op.Transpose(op.Reshape(x, ints(0, hop // n_2, n_2, -1)), perm=[0, 2, 1, 3])
    x = op.Conv(op.Reshape(x, ints(0, hop, -1)), kernels(window, points, hop), group=n_2)
    x = op.MatMul(constant(second_matrix(points, scale)), op.Reshape(x, ints(0, 2 * n_2, -1)))
    sums = n_2 * columns(points)
    x = op.Reshape(x, op.Concat(ints(0, 2 * sums), count, axis=0))
    return [op.Gather(x, ints(*places(points) + part * sums), axis=1) for part in range(2)]


def rows(waveform: Any, count: Any, points: int, hop: int) -> Any:
    """[batch, samples] -> [batch, hop, rows]: as many rows of ``hop`` samples as ``count`` frames reach over."""
    end = op.Mul(op.Add(count, ints(-(-points // hop) - 1)), ints(hop))
    long_enough = op.Slice(op.Pad(waveform, ints(0, 0, 0, hop)), ints(0), end, ints(1))
    return op.Transpose(op.Reshape(long_enough, ints(0, -1, hop)), perm=[0, 2, 1])


def frames(x: Any, count: Any, points: int, hop: int) -> Any:
    """`rows` -> [batch, points, frames]."""
    parts = [op.Slice(x, ints(row), op.Add(count, ints(row)), ints(2)) for row in range(-(-points // hop))]
    parts[-1] = op.Slice(parts[-1], ints(0), ints(points - (len(parts) - 1) * hop), ints(1))
    return op.Concat(*parts, axis=1)


def kernels(window: Any, points: int, hop: int) -> Any:
    """The windowed first step, [N2 * 2 * columns, hop / N2, rows in a frame]: sample n is sample n % hop of a row."""
    _, n_2 = factors(points)
    length, beyond = -(-points // hop), -points % hop
    matrices = np.pad(first_matrices(points), ((0, 0), (0, 0), (0, beyond // n_2)))
    matrices = matrices.reshape(n_2, -1, length, hop // n_2).transpose(0, 1, 3, 2)
    weights = op.Reshape(op.Pad(window, ints(0, beyond)), ints(length, hop // n_2, n_2))
    weights = op.Unsqueeze(op.Transpose(weights, perm=[2, 1, 0]), ints(1))
    product = op.Mul(constant(np.ascontiguousarray(matrices)), weights)
    return op.Reshape(product, ints(2 * columns(points) * n_2, hop // n_2, length))


def ints(*values: int) -> Any:
    """A constant of integers."""
    return op.Constant(value_ints=[int(value) for value in values])


def constant(values: np.ndarray) -> Any:
    """A constant of numbers."""
    return op.Constant(value=onnxscript.ir.tensor(values))
