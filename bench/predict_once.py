"""One measurement of prediction, in a process of its own; prints a line of JSON.

python bench/predict_once.py folder BUNDLE FOLDER      every file of a folder, as genrekit predict takes them
python bench/predict_once.py model BUNDLE FOLDER       the model alone, a call a window, on windows read before
python bench/predict_once.py decode BUNDLE FILE        decoding alone
python bench/predict_once.py loop BUNDLE HOURS         a recording that is one block of noise in a loop
"""

from __future__ import annotations

import itertools
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from genrekit import audio
from genrekit.clips import audio_files
from genrekit.decoding import Decoder, Piece
from genrekit.predict import Predictor

MOST_WINDOWS = 200
"""So many are read and held to measure the model alone."""


def folder(predictor: Predictor, path: str) -> dict[str, Any]:
    """Seconds from the first file to the last answer."""
    files = audio_files(Path(path))
    seconds, answers = timed(lambda: list(predictor.predict_many(files)))
    assert all(answer.status == "ok" for answer in answers)
    return {"seconds": seconds, "windows": sum(answer.windows for answer in answers)}


def model(predictor: Predictor, path: str) -> dict[str, Any]:
    """Seconds in the model for as many windows."""
    spec = predictor.manifest.audio
    files = audio_files(Path(path)) if Path(path).is_dir() else [Path(path)]
    pieces = (item for batch in Decoder(spec, spec.window_samples).batches(files) for item in batch)
    waveforms = [
        item.waveform[None] for item in itertools.islice((p for p in pieces if isinstance(p, Piece)), MOST_WINDOWS)
    ]
    seconds, _ = timed(lambda: [predictor.engine(waveform) for waveform in waveforms])
    return {"seconds": seconds, "windows": len(waveforms)}


def decode(predictor: Predictor, path: str) -> dict[str, Any]:
    """Seconds to read a file, block by block."""
    seconds, _ = timed(lambda: sum(map(len, audio.stream(path, predictor.manifest.audio.sample_rate))))
    return {"seconds": seconds}


def loop(predictor: Predictor, hours: str) -> dict[str, Any]:
    """A timeline of that many hours."""
    rate = predictor.manifest.audio.sample_rate
    block = np.random.default_rng(0).normal(0, 0.1, 40 * rate).astype(np.float32)
    audio.stream = lambda *_: itertools.repeat(block, round(float(hours) * 90))  # type: ignore[assignment]
    seconds, windows = timed(lambda: sum(1 for _ in predictor.timeline("in a loop")))
    return {"seconds": seconds, "windows": windows}


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """(seconds, result)."""
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def main() -> None:
    """Load the bundle, answer once to warm up, measure."""
    what, bundle, given = sys.argv[1:]
    predictor = Predictor.load(bundle)
    predictor.engine(np.zeros((1, predictor.manifest.audio.window_samples), np.float32))
    figures = {"folder": folder, "model": model, "decode": decode, "loop": loop}[what](predictor, given)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures | {"peak_mb": peak_mb}))


if __name__ == "__main__":
    main()
