"""The short-time Fourier transform in ONNX as two matrix products instead of the operator ``STFT``.

onnxruntime's operator transforms one frame after the other in one thread: half of the time that a CRNN takes. With
N = N1 * N2, n = N2 * n1 + n2 and k = k1 + N1 * k2, the transform of a frame,

    X[k] = sum over n of window[n] x[n] w(n k / N),   w(t) = exp(-2 pi i t),

is for each n2 a sum over n1, then for each k1 a sum over n2 (Cooley and Tukey, "An algorithm for the machine
calculation of complex Fourier series", 1965). Both are products with constant matrices, what processors do best.
Frames come last in every tensor on the way, so that reordering the other axes moves whole rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnxscript
import torch
from onnxscript.function_libs.torch_lib.ops.core import aten_stft
from onnxscript.function_libs.torch_lib.tensor_typing import TFloat
from onnxscript.onnx_opset import opset18 as op

MOST_POINTS = 8192
"""Of a longer transform the matrices would outweigh many a model."""

MOST_OVERLAP = 64
"""Frames over one sample: each adds a node to the graph."""


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
    scale = n_fft**-0.5 if normalized else 1.0
    out = transform(frames(batch, n_fft, hop_length), window, n_fft, scale)
    return op.Squeeze(out, ints(0)) if single else out


def translations() -> dict[Any, Any]:
    """What `torch.onnx.export` takes as ``custom_translation_table``."""
    return {torch.ops.aten.stft.default: stft}


def worthwhile(points: int, hop: int) -> bool:
    """Whether the products are quicker: they take 2 N (N1 + N2) multiplications, many where N has no near factors."""
    return points <= MOST_POINTS and points <= hop * MOST_OVERLAP and sum(factors(points)) <= 64 + points // 16


def factors(points: int) -> tuple[int, int]:
    """The two factors of ``points`` nearest to each other, the smaller first."""
    small = max(factor for factor in range(1, int(points**0.5) + 1) if points % factor == 0)
    return small, points // small


def frames(waveform: Any, points: int, hop: int) -> Any:
    """[batch, samples] -> [points, batch, frames]; a frame is several rows of ``hop`` samples in sequence."""
    rows_in_frame = -(-points // hop)
    samples = op.Shape(waveform, start=1, end=2)
    count = op.Add(op.Div(op.Sub(samples, ints(points)), ints(hop)), ints(1))
    long_enough = op.Pad(waveform, ints(0, 0, 0, rows_in_frame * hop))
    end = op.Mul(op.Add(count, ints(rows_in_frame - 1)), ints(hop))
    rows = op.Reshape(op.Slice(long_enough, ints(0), end, ints(1)), ints(0, -1, hop))
    rows = op.Transpose(rows, perm=[2, 0, 1])
    parts = [op.Slice(rows, ints(row), op.Add(count, ints(row)), ints(2)) for row in range(rows_in_frame)]
    parts[-1] = op.Slice(parts[-1], ints(0), ints(points - (rows_in_frame - 1) * hop), ints(0))
    return op.Concat(*parts, axis=0)


def transform(framed: Any, window: Any, points: int, scale: float) -> Any:
    """[points, batch, frames] -> [batch, bins, frames, 2]."""
    small, large = factors(points)
    bins = points // 2 + 1
    window = op.Unsqueeze(op.Transpose(op.Reshape(window, ints(small, large)), perm=[1, 0]), ints(1))
    x = op.Transpose(op.Reshape(framed, ints(small, large, -1)), perm=[1, 0, 2])
    x = op.MatMul(op.Mul(constant(first_matrices(points)), window), x)
    x = op.Transpose(op.Reshape(x, ints(large, 2, small, -1)), perm=[2, 1, 0, 3])
    x = op.MatMul(constant(second_matrix(points, scale)), op.Reshape(x, ints(small, 2 * large, -1)))
    shape = op.Concat(ints(small, 2, large // 2 + 1), op.Shape(framed, start=1), axis=0)
    x = op.Transpose(op.Reshape(x, shape), perm=[3, 2, 0, 1, 4])
    x = op.Reshape(x, op.Concat(ints(0, small * (large // 2 + 1), 2), op.Shape(framed, start=2), axis=0))
    return op.Transpose(op.Slice(x, ints(0), ints(bins), ints(1)), perm=[0, 1, 3, 2])


def first_matrices(points: int) -> np.ndarray:
    """float32 [N2, 2 N1, N1]: for each n2, rows of real, then imaginary k1; columns of n1."""
    small, large = factors(points)
    n1, n2, k1 = np.arange(small), np.arange(large)[:, None, None], np.arange(small)[:, None]
    angle = 2 * np.pi * (n1 * k1 % small / small + n2 * k1 / points)
    return np.concatenate([np.cos(angle), -np.sin(angle)], axis=1).astype(np.float32)


def second_matrix(points: int, scale: float) -> np.ndarray:
    """float32 [2 K2, 2 N2]: rows of real, then imaginary k2 up to N2 / 2; columns of real, then imaginary n2."""
    _, large = factors(points)
    angle = 2 * np.pi * (np.arange(large) * np.arange(large // 2 + 1)[:, None] % large) / large
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    return np.block([[cos, sin], [-sin, cos]]).astype(np.float32)


def ints(*values: int) -> Any:
    """A constant of integers."""
    return op.Constant(value_ints=list(values))


def constant(values: np.ndarray) -> Any:
    """A constant of numbers."""
    return op.Constant(value=onnxscript.ir.tensor(values))
