"""A transform, called under a seed of its own: audiomentations draws from the global generators; they are lent."""

from __future__ import annotations

import contextlib
import functools
import random
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import numpy as np

import genrekit

if TYPE_CHECKING:
    from genrekit_audiomentations.augmenter import Transform

SHORTEST_S = 0.1
"""What is shorter than this many seconds stays as it is: filters and stretches have nothing to work on."""

_lent = threading.Lock()


def changed(augmenter: Transform, waveform: np.ndarray, seed: int) -> np.ndarray:
    """A new waveform float32 [samples] of the same length; the same seed gives the same."""
    if len(waveform) < SHORTEST_S * augmenter.sample_rate:
        return waveform.copy()
    transform = made(augmenter)
    with seeded(seed), warnings.catch_warnings():
        # Of clips that are too short or silent for it, which come out as they were.
        warnings.simplefilter("ignore")
        found = transform(waveform.copy(), augmenter.sample_rate)
    return fitted(np.asarray(found, np.float32), waveform)


def fitted(found: np.ndarray, waveform: np.ndarray) -> np.ndarray:
    """``found`` cropped or zero-padded to the length of ``waveform``, which it is if it is not all finite."""
    if not np.isfinite(found).all():
        return waveform.copy()
    out = np.zeros_like(waveform)
    out[: len(found)] = found[: len(out)]
    return out


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Within the block the global generators of Python and NumPy are those of ``seed``; after it, as they were.

    So is Signalsmith's, which draws phases for slow stretches.
    """
    import python_stretch

    stretch: Any = python_stretch.Signalsmith.Stretch
    seeded_stretch = functools.partial(stretch, seed % 2**31)
    with _lent, mock.patch.object(python_stretch.Signalsmith, "Stretch", seeded_stretch):
        before: Any = random.getstate(), np.random.get_state()
        try:
            random.seed(seed)
            np.random.seed(seed)
            yield
        finally:
            random.setstate(before[0])
            np.random.set_state(before[1])


def library() -> Any:
    """audiomentations. Compiling its files, the first time, warns of their escape sequences."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import audiomentations

        return audiomentations


@functools.lru_cache(maxsize=32)
def made(augmenter: Transform) -> Any:
    """The transform; it remembers recordings that it has read. Whether it is applied, genrekit decides."""
    import inspect

    transform = getattr(library(), augmenter.transform)
    arguments = {
        name: paths(value) if isinstance(value, Path) else value for name, value in augmenter.arguments().items()
    }
    if "leave_length_unchanged" in inspect.signature(transform.__init__).parameters:
        arguments["leave_length_unchanged"] = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return transform(p=1.0, **arguments)
    except (ValueError, AssertionError, TypeError) as error:
        raise genrekit.GenrekitError(f"augmenter '{augmenter.use}': {error or 'its options do not fit'}") from error


def paths(folder: Path) -> list[Path]:
    """The audio files below a folder, sorted: audiomentations takes folders in the order of the disk."""
    found = genrekit.audio_files(folder) if folder.is_dir() else []
    if not found:
        raise genrekit.DataError(
            f"{folder} holds no audio", hint="an augmenter of this recipe looks for recordings there"
        )
    return found
