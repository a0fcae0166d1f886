"""onnxruntime on the CPU."""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit import onnx_scan
from genrekit.cpus import usable_cpus
from genrekit.errors import BundleError, printable

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class OnnxEngine:
    """waveform float32 [batch, samples] -> probabilities float32 [batch, labels], by an ONNX graph."""

    session: Any
    labels: int | None = None
    """How many there must be; None: any number."""

    @classmethod
    def open(cls, path: Path, threads: int | None = None) -> OnnxEngine:
        """Load a graph; `BundleError` if it is not one that takes a waveform. ``threads`` None: all usable CPUs."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise BundleError(f"cannot read {path}: {error.strerror or error}") from None
        return cls.of(content, path, threads)

    @classmethod
    def of(cls, content: bytes, path: Path, threads: int | None = None, labels: int | None = None) -> OnnxEngine:
        """The same for the bytes of the file at ``path``, which is not opened again: they may have been verified."""
        reason = onnx_scan.objection(content)
        if reason:
            raise BundleError(f"{path} is refused: {reason}")
        onnxruntime = _onnxruntime()
        try:
            session = onnxruntime.InferenceSession(
                content, session_options(threads), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's exceptions share no base class of their own
            raise BundleError(f"{path} cannot be loaded: {_short(error)}") from None
        _refuse_other_ends(session, path)
        return cls(session, labels)

    def __call__(self, waveform: np.ndarray) -> np.ndarray:
        try:
            out: np.ndarray = self.session.run(["probabilities"], {"waveform": waveform})[0]
        except Exception as error:
            raise BundleError(f"the model cannot be run: {_short(error)}") from None
        if out.ndim != 2 or len(out) != len(waveform) or out.shape[1] != (self.labels or out.shape[1]):
            wanted = f"[{len(waveform)}, {self.labels or 'labels'}]"
            raise BundleError(f"the model answers {list(out.shape)} numbers instead of {wanted}")
        # Put so that NaN passes: that is one recording's trouble.
        if ((out < -ROUNDING) | (out > 1 + ROUNDING)).any():
            raise BundleError("the model's answers are no probabilities", why="some are below 0 or above 1")
        return out


def begin_imports() -> threading.Thread:
    """Import onnxruntime in a thread, while this one reads the file that is for it; then, meanwhile, what decodes."""

    def import_them() -> None:
        # Whoever needs them is told.
        with contextlib.suppress(Exception):
            _onnxruntime()
            import soundfile  # noqa: F401

    thread = threading.Thread(target=import_them, name="genrekit import")
    thread.start()
    return thread


def _onnxruntime() -> Any:
    # onnxruntime 1.32 reports to its maker, and leaves a device id in the user's cache, unless told before import.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    return onnxruntime


ROUNDING = 1e-3


def _refuse_other_ends(session: Any, path: Path) -> None:
    """A graph takes a waveform and nothing else, and gives probabilities."""
    takes = [(end.name, end.type, len(end.shape)) for end in session.get_inputs()]
    gives = {end.name: end.type for end in session.get_outputs()}
    if takes != [("waveform", "tensor(float)", 2)]:
        told = ", ".join(f"{name} {kind}" for name, kind, _ in takes[:5]) or "nothing"
        raise BundleError(f"{path} is refused: it takes {printable(told)} instead of a waveform [batch, samples]")
    if gives.get("probabilities") != "tensor(float)":
        raise BundleError(f"{path} is refused: it gives no probabilities")


def _short(error: Exception) -> str:
    """onnxruntime's messages may hold whatever the file holds."""
    return printable(" ".join(str(error).split()), 300)


def session_options(threads: int | None = None) -> Any:
    """How every graph is run; ``threads`` None: on all usable CPUs."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # Left alone, onnxruntime takes every core of the machine, whatever scheduler or container leave of them.
    if threads or usable_cpus() < (os.cpu_count() or 1):
        options.intra_op_num_threads = threads or usable_cpus()
    # Threads that spin while they wait take time from those that decode, and from other programs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # With it, a plan of the memory is kept for every length of clip there ever was.
    options.enable_mem_pattern = False
    return options
