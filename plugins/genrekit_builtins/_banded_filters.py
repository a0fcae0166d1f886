"""A mel filter bank without most of its zeros: each FFT bin feeds two bands at most."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

PIECE_WEIGHTS = 1500
"""Weights in a piece: fewer are lost in the cost of multiplying a matrix, more are mostly zeros."""


class Piece(NamedTuple):
    """Neighbouring mel bands, the values of an interleaved spectrum that feed them, and weights [bands, values]."""

    bands: slice
    values: slice
    weights: Tensor


class BandedFilters(nn.Module):
    """squares [2 * bins, frames] -> mel power [mels, frames], written into ``out``.

    ``squares`` are those of a spectrum's real and imaginary parts in turn. The ``filters`` [bins, mels] are cut into
    dense pieces along their diagonal, with each weight twice, so that multiplying with them also adds the two squares.
    """

    def __init__(self, filters: Tensor) -> None:
        super().__init__()
        spans = _spans(filters)
        starts = _starts(spans)
        ends = [*starts[1:], len(spans)]
        self.pieces = [_piece(filters, spans, first, end) for first, end in zip(starts, ends, strict=True)]

    def forward(self, squares: Tensor, out: Tensor) -> Tensor:
        for bands, values, weights in self.pieces:
            torch.mm(weights, squares[values], out=out[bands])
        return out


def _spans(filters: Tensor) -> list[tuple[int, int]]:
    """Each band's first bin with weight, and the one after its last; of a band without any, (0, 1)."""
    there = filters != 0
    there[0] |= ~there.any(0)
    first, after = there.byte().argmax(0), len(filters) - there.flip(0).byte().argmax(0)
    return list(zip(first.tolist(), after.tolist(), strict=True))


def _starts(spans: list[tuple[int, int]]) -> list[int]:
    """The first band of each piece."""
    starts = [0]
    for band, (_, high) in enumerate(spans):
        weights = (high - spans[starts[-1]][0]) * (band + 1 - starts[-1])
        if weights > PIECE_WEIGHTS and band > starts[-1]:
            starts.append(band)
    return starts


def _piece(filters: Tensor, spans: list[tuple[int, int]], first: int, end: int) -> Piece:
    low, high = min(low for low, _ in spans[first:end]), max(high for _, high in spans[first:end])
    weights = filters[low:high, first:end].t().repeat_interleave(2, dim=1)
    return Piece(slice(first, end), slice(2 * low, 2 * high), weights)
