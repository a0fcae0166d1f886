"""Constants of a real signal's Fourier transform in two steps; who multiplies with them: `genrekit.stft_export`.

With N = N1 * N2, n = N2 * n1 + n2 and k = k1 + N1 * k2, the transform of a frame,

    X[k] = sum over n of window[n] x[n] w(n k / N),   w(t) = exp(-2 pi i t),

is for each n2 a sum over n1, then for each k1 a sum over n2 (Cooley and Tukey, "An algorithm for the machine
calculation of complex Fourier series", 1965). Where x is real, X[N - k] is the conjugate of X[k], so k1 goes up to
N1 / 2 only: bins whose k1 is above it are found as conjugates.
"""

from __future__ import annotations

import numpy as np


def factors(points: int) -> tuple[int, int]:
    """N1 and N2: the two factors of ``points`` nearest to each other, the larger first, of which half is spared."""
    small = max(factor for factor in range(1, int(points**0.5) + 1) if points % factor == 0)
    return points // small, small


def columns(points: int) -> int:
    """How many k1 there are, 0 to N1 / 2."""
    return factors(points)[0] // 2 + 1


def first_matrices(points: int) -> np.ndarray:
    """float32 [N2, 2 * columns, N1]: for each n2, rows of real, then imaginary k1; columns of n1."""
    n_1, n_2 = factors(points)
    n1, n2, k1 = np.arange(n_1), np.arange(n_2)[:, None, None], np.arange(columns(points))[:, None]
    angle = 2 * np.pi * (n1 * k1 % n_1 / n_1 + n2 * k1 / points)
    return np.concatenate([np.cos(angle), -np.sin(angle)], axis=1).astype(np.float32)


def second_matrix(points: int, scale: float) -> np.ndarray:
    """float32 [2 * N2, 2 * N2]: rows of real, then imaginary k2; for each n2 a column for real, one for imaginary.

    Rows of k2 from N2 / 2 on give conjugates: bins up to N / 2 need nothing else of them.
    """
    _, n_2 = factors(points)
    n2, k2 = np.arange(n_2), np.arange(n_2)[:, None]
    angle = 2 * np.pi * (n2 * k2 % n_2) / n_2
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    conjugate = np.where(k2 < (n_2 + 1) // 2, 1, -1)
    real, imaginary = np.stack([cos, sin], axis=2), np.stack([-sin, cos], axis=2) * conjugate[:, :, None]
    return np.concatenate([real, imaginary]).reshape(2 * n_2, 2 * n_2).astype(np.float32)


def places(points: int) -> np.ndarray:
    """Where each bin k from 0 to N / 2, or its conjugate, is found: k2 * columns + k1."""
    n_1, _ = factors(points)
    k = np.arange(points // 2 + 1)
    found = np.where(k % n_1 < columns(points), k, points - k)
    place: np.ndarray = found // n_1 * columns(points) + found % n_1
    return place
