"""From recordings to probabilities, with onnxruntime: no torch, no training code.

Recordings are decoded in threads while the model works, and window by window, so memory does not grow with length.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from genrekit import bundle
from genrekit.answers import Prediction, Rule, Tally, Window
from genrekit.decoding import Batch, Decoder, End, Piece
from genrekit.errors import AudioError, GenrekitError
from genrekit.onnx_engine import OnnxEngine as OnnxEngine
from genrekit.onnx_engine import begin_imports
from genrekit.silence import SILENCE_PEAK

if TYPE_CHECKING:
    import numpy as np

    from genrekit.component import Executor


class Engine(Protocol):
    """waveform float32 [batch, samples] -> probabilities float32 [batch, labels]."""

    def __call__(self, waveform: np.ndarray) -> np.ndarray: ...


@dataclass(frozen=True)
class Predictor:
    """A loaded bundle."""

    folder: Path
    manifest: bundle.Manifest
    engine: Engine
    threshold: float | None = None
    """The least probability of a label that is given; None: the bundle's own. See `genrekit.answers.Rule`."""

    @classmethod
    def load(cls, model: str | Path = "runs/latest", threshold: float | None = None) -> Predictor:
        """Load a bundle or a run's bundle. Without ``model.onnx`` torch and the bundle's plugins are needed."""
        if threshold is not None and not 0 <= threshold <= 1:
            raise GenrekitError(f"a threshold of {threshold:g} is not a probability", hint="a number from 0 to 1")
        folder = bundle.find(model)
        manifest = bundle.read_manifest(folder)
        return cls(folder, manifest, open_engine(folder, manifest), threshold)

    @property
    def labels(self) -> list[str]:
        return self.manifest.labels

    def predict(self, path: str | Path) -> Prediction:
        """The answer for one file: the mean over its windows that count. `AudioError` if it cannot be used."""
        (prediction,) = self.predict_many([path])
        return _usable(prediction)

    def predict_many(self, paths: Iterable[str | Path], executor: Executor | None = None) -> Iterator[Prediction]:
        """Answers in the order of ``paths``; a file that cannot be used fails alone.

        ``executor`` None: on this machine, files decoded while the model works. Else each file is a job of its own.
        """
        answered = self._all(paths, None, executor, windows=False)
        return (answer for answer in answered if isinstance(answer, Prediction))

    def timeline(self, path: str | Path, hop_s: float | None = None) -> Iterator[Window]:
        """What is heard when: the answer for each window of a file, as soon as it is there.

        A window starts every ``hop_s`` seconds (None: as the model was evaluated, mostly where the one before it ends);
        the last one ends where the recording does. Raises `AudioError` where the file turns out to be unusable, which
        may be at its end.
        """
        for answer in self.timelines([path], hop_s):
            if isinstance(answer, Prediction):
                _usable(answer)
            else:
                yield answer

    def timelines(
        self, paths: Iterable[str | Path], hop_s: float | None = None, executor: Executor | None = None
    ) -> Iterator[Window | Prediction]:
        """Each file's windows, then the answer for all of it, the mean over those that count.

        A file that cannot be used fails alone.
        """
        return self._all(paths, hop_s, executor, windows=True)

    def _all(
        self, paths: Iterable[str | Path], hop_s: float | None, executor: Executor | None, windows: bool
    ) -> Iterator[Window | Prediction]:
        decoder = self._decoder(hop_s)
        if executor is None:
            return self._answered(decoder.batches(paths), windows)
        from genrekit.prediction_jobs import answered_on

        return answered_on(executor, self, paths, hop_s, windows)

    def answer_groups(
        self, groups: Iterable[Sequence[str]], hop_s: float | None = None, windows: bool = False
    ) -> Iterator[Window | Prediction]:
        """Each file's answer, behind its windows' if told; group after group, none in one batch with another's files.

        So the answers for a group are the same, to the last digit, whatever groups there are beside it.
        """
        decoder, last = self._decoder(hop_s), set[str]()

        def closes(path: str) -> bool:
            closing = path in last
            last.discard(path)
            return closing

        return self._answered(decoder.batches(_noting_last(groups, last), closes), windows)

    def made_with(self, hop_s: float | None = None, windows: bool = False) -> dict[str, Any]:
        """What decides answers, beside the recordings and who computes them: ready for JSON.

        Raises `GenrekitError` where windows cannot be ``hop_s`` apart.
        """
        from genrekit import __version__

        self._decoder(hop_s)
        model = hashlib.sha256(self.manifest.model_dump_json().encode()).hexdigest()
        options = {"threshold": self.threshold, "timeline": windows, "hop_s": hop_s, "silent_below": SILENCE_PEAK}
        return {"genrekit": __version__, "model": model} | options

    def _answered(self, batches: Iterator[Batch], windows: bool) -> Iterator[Window | Prediction]:
        within_db = self.manifest.audio.within_db
        tally, rule = Tally(within_db), Rule.of(self.manifest.answers, self.threshold)
        for batch in batches:
            rows = iter(answers(self.engine, [item.waveform for item in batch if isinstance(item, Piece)]))
            for item in batch:
                if isinstance(item, End):
                    yield tally.conclude(item, self.labels, rule)
                    tally = Tally(within_db)
                else:
                    row = next(rows)
                    tally.add(item, row)
                    if windows:
                        yield Window.of(item, row, self.labels, rule)

    def _decoder(self, hop_s: float | None = None) -> Decoder:
        spec = self.manifest.audio
        if hop_s is None:
            return Decoder(spec, spec.hop_samples or spec.window_samples)
        if not (math.isfinite(hop_s) and 1 <= round(hop_s * spec.sample_rate) <= spec.window_samples):
            why = (
                f"this model's are {spec.window_samples / spec.sample_rate:g} s long and may overlap, but leave no gaps"
            )
            raise GenrekitError(f"windows cannot be {hop_s:g} s apart", why=why)
        return Decoder(spec, round(hop_s * spec.sample_rate))


def open_engine(folder: Path, manifest: bundle.Manifest, threads: int | None = None) -> Engine:
    """The bundle's graph or, where there is none, torch. ``threads`` are the graph's; None: all usable CPUs."""
    if bundle.ONNX in manifest.files:
        importing = begin_imports()
        try:
            content = bundle.read_verified(folder, manifest, bundle.ONNX)
            return OnnxEngine.of(content, folder / bundle.ONNX, threads, len(manifest.labels))
        finally:
            # Who forks now would leave what is half imported locked for ever.
            importing.join()
    from genrekit.torch_engine import TorchEngine

    return TorchEngine.open(folder, manifest)


def _noting_last(groups: Iterable[Sequence[str]], last: set[str]) -> Iterator[str]:
    """All paths; ``last`` holds each group's last one when it is given."""
    for group in groups:
        last.add(group[-1])
        yield from group


def answers(engine: Engine, waveforms: list[np.ndarray]) -> list[np.ndarray]:
    """Each one's probabilities, float64 [labels]. One call for those of equal length; padding would change answers."""
    import numpy as np

    rows_of_length: dict[int, list[int]] = defaultdict(list)
    for row, waveform in enumerate(waveforms):
        rows_of_length[len(waveform)].append(row)
    out: dict[int, np.ndarray] = {}
    for rows in rows_of_length.values():
        batch = np.stack([waveforms[row] for row in rows])
        out |= zip(rows, engine(batch).astype(np.float64), strict=True)
    return [out[row] for row in range(len(waveforms))]


def _usable(prediction: Prediction) -> Prediction:
    if prediction.status == "failed":
        raise AudioError(prediction.path, prediction.reason or "unknown")
    return prediction
