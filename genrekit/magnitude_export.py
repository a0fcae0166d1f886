"""Magnitude and power of a complex spectrum in ONNX, without weaving its two parts together first.

The exporter keeps complex numbers as a last axis of two, and takes their magnitude along it. For a spectrogram that is
two passes over memory which take as long as its Fourier transform.
"""

from __future__ import annotations

from typing import Any

from onnxscript.rewriter import rewrite
from onnxscript.rewriter.pattern import RewriteRuleClassBase


def simplify(model: Any) -> None:
    """Rewrite an onnxscript model in place."""
    for squared in (True, False):
        rewrite(model, [Magnitude.rule(squared), ReshapedMagnitude.rule(squared)])


class Length(RewriteRuleClassBase):  # type: ignore[misc]
    """The length of (real, imaginary), the last axis, or, ``squared``, its square."""

    def __init__(self, squared: bool) -> None:
        super().__init__()
        self.squared = squared

    def length(self, op: Any, both: Any) -> Any:
        length = op.ReduceL2(both, [-1], keepdims=0)
        return op.Pow(length, 2.0) if self.squared else length

    def root(self, op: Any, power: Any) -> Any:
        return power if self.squared else op.Sqrt(power)


class Magnitude(Length):
    """The length of (real, imaginary) is the root of the sum of two squares."""

    def pattern(self, op: Any, real: Any, imaginary: Any) -> Any:
        return self.length(op, together(op, real, imaginary))

    def rewrite(self, op: Any, real: Any, imaginary: Any) -> Any:
        return self.root(op, power(op, real, imaginary))


class ReshapedMagnitude(Length):
    """The same where (real, imaginary) is reshaped first, as torchaudio does."""

    def pattern(self, op: Any, real: Any, imaginary: Any, shape: Any) -> Any:
        return self.length(op, op.Reshape(together(op, real, imaginary), shape, _outputs=["reshaped"]))

    def check(self, _: Any, reshaped: Any, **__: Any) -> bool:
        """Whether real and imaginary parts are still an axis of their own."""
        return reshaped.shape is not None and reshaped.shape[-1] == 2

    def rewrite(self, op: Any, real: Any, imaginary: Any, shape: Any, **_: Any) -> Any:
        first, last = op.Constant(value_ints=[0]), op.Constant(value_ints=[-1])
        return self.root(op, op.Reshape(power(op, real, imaginary), op.Slice(shape, first, last)))


def together(op: Any, real: Any, imaginary: Any) -> Any:
    """Complex numbers, as a last axis of two."""
    return op.Concat(op.Unsqueeze(real, [-1]), op.Unsqueeze(imaginary, [-1]), axis=-1)


def power(op: Any, real: Any, imaginary: Any) -> Any:
    """Their squared magnitude."""
    return op.Add(op.Mul(real, real), op.Mul(imaginary, imaginary))
