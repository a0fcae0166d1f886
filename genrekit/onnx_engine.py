"""onnxruntime on the CPU."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit.cpus import usable_cpus
from genrekit.errors import BundleError

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class OnnxEngine:
    """waveform float32 [batch, samples] -> probabilities float32 [batch, labels], by an ONNX graph."""

    session: Any

    @classmethod
    def open(cls, path: Path, threads: int | None = None) -> OnnxEngine:
        """Load a graph; `BundleError` if it is not one that takes a waveform. ``threads`` None: all usable CPUs."""
        # onnxruntime 1.32 reports to its maker, and leaves a device id in the user's cache, unless told before import.
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        import onnxruntime

        try:
            session = onnxruntime.InferenceSession(path, session_options(threads), providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's exceptions share no base class of their own
            raise BundleError(f"{path} cannot be loaded: {error}") from None
        return cls(session)

    def __call__(self, waveform: np.ndarray) -> np.ndarray:
        out: np.ndarray = self.session.run(["probabilities"], {"waveform": waveform})[0]
        return out


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
