"""The interpreter, the processor, memory, GPUs."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from genrekit import hardware
from genrekit.cpus import usable_cpus
from genrekit.doctor.finding import Finding, fine, mind, wrong
from genrekit.huge_pages import OPT_OUT, kernel_offers_them

LITTLE_MEMORY_BYTES = 2 * 2**30
"""Importing torch and training a small network take about half of this."""


def python() -> Iterator[Finding]:
    """Which interpreter, where."""
    from genrekit import __version__

    version = sys.version.split()[0]
    yield fine("genrekit", f"{__version__} with Python {version} on {platform.platform()}")
    if sys.prefix == sys.base_prefix:
        yield mind("python", "not in a virtual environment", "python3 -m venv .venv, then install genrekit in it")


def processor() -> Iterator[Finding]:
    """How many CPUs, and what they compute."""
    cpus, installed = usable_cpus(), os.cpu_count() or 1
    of = "" if cpus == installed else f" of {installed}"
    bf16 = "bf16" if hardware.computes_bf16("cpu") else "no bf16, trains in float32"
    yield fine("processor", f"{hardware.cpu_name()}, {cpus}{of} usable, {bf16}")
    wanted = os.environ.get("OMP_NUM_THREADS")
    if wanted:
        what = f"OMP_NUM_THREADS={wanted} does not decide training's threads"
        yield mind("processor", what, "train.threads in the recipe does")
    if os.environ.get(OPT_OUT) == "0" and kernel_offers_them():
        yield mind("processor", f"{OPT_OUT}=0 gives up half of the training speed here", f"unset {OPT_OUT}")


def memory() -> Iterator[Finding]:
    """How much is free, where the system tells."""
    available = _available_bytes()
    if available is None:
        return
    what = f"{available / 2**30:.1f} GiB free"
    little = available < LITTLE_MEMORY_BYTES
    yield mind("memory", what, "close something, or lower train.batch_size") if little else fine("memory", what)


def _available_bytes() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")), None)


def gpus() -> Iterator[Finding]:
    """What torch can use, tried by a small product."""
    import torch

    names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    for index, name in enumerate(names):
        ones = torch.ones(8, 8, device=f"cuda:{index}")
        total = float((ones @ ones).sum())
        if total == 512.0:
            yield fine("gpu", f"{name} computes")
        else:
            yield wrong("gpu", f"{name} says 8 x 64 is {total:g}", "train.device = 'cpu'; is the driver up to date?")
    if not names:
        yield _without_cuda(torch.backends.mps.is_available(), torch.version.cuda)


def _without_cuda(apple: bool, cuda: str | None) -> Finding:
    if shutil.which("nvidia-smi"):
        what = "an NVIDIA driver is here, but torch sees no GPU; training runs on the CPU"
        why = f"is it older than CUDA {cuda}, which torch is built for?" if cuda else "torch is built without CUDA"
        return mind("gpu", what, f"nvidia-smi shows the driver; {why}")
    return fine("gpu", "Apple's, by train.device = 'mps'" if apple else "none; training runs on the CPU")
