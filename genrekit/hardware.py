"""What this machine can do: device, arithmetic, threads."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit.cpus import usable_cpus
from genrekit.errors import TrainingError

if TYPE_CHECKING:
    import torch

    from genrekit.recipe import Recipe


def pick_device(wanted: str) -> str:
    """The device a recipe's ``device`` means here."""
    import torch

    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if available[name])
    if not available[wanted]:
        here = ", ".join(name for name, there in available.items() if there)
        raise TrainingError(f"no {wanted} device on this machine", why=f"there is: {here}", hint="train.device=auto")
    return wanted


def computes_bf16(device: str) -> bool:
    """Whether the hardware multiplies bfloat16 natively; emulation would be slower than float32."""
    import torch

    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device == "cpu" and bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def resolve(recipe: Recipe, jobs: int = 1) -> Recipe:
    """The recipe with ``auto`` device, precision and threads replaced by what this machine gives one of ``jobs`` runs.

    Sums of floats depend on how many threads share them, so the number of threads is part of what decides a result.
    """
    device = pick_device(recipe.train.device)
    precision = recipe.train.precision
    if precision == "auto":
        precision = "bf16" if computes_bf16(device) else "float32"
    found = {"device": device, "precision": precision, "threads": recipe.train.threads or max(1, usable_cpus() // jobs)}
    train = recipe.train.model_copy(update=found)
    # Found out is not written: the report tells them apart.
    train.model_fields_set.intersection_update(recipe.train.model_fields_set)
    resolved = recipe.model_copy(update={"train": train})
    resolved.model_fields_set.intersection_update(recipe.model_fields_set)
    return resolved


def describe(versions: dict[str, str]) -> dict[str, Any]:
    """The content of ``environment.json``. ``versions`` are the plugins' distributions."""
    import torch

    from genrekit import __version__

    return {
        "genrekit": __version__,
        "python": sys.version.split()[0],
        "platform": platform.platform(),
        "packages": _package_versions(),
        "plugins": versions,
        "cpu": {"name": cpu_name(), "usable": usable_cpus()},
        "gpus": [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())],
        "git_commit": _git_commit(),
    }


def arithmetic() -> dict[str, Any]:
    """What the last bits of a result depend on, besides the recipe: libraries and processors."""
    import torch

    known = _package_versions()
    gpus = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return {name: known[name] for name in ("torch", "numpy")} | {"cpu": cpu_name(), "gpus": gpus}


def _package_versions() -> dict[str, str]:
    from importlib import metadata

    names = ("torch", "torchaudio", "numpy", "scikit-learn", "soundfile", "soxr", "accelerate", "onnxruntime", "polars")
    return {name: metadata.version(name) for name in names}


def cpu_name() -> str:
    """The processor's name, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _git_commit() -> str | None:
    """The commit of the working directory's repository: where the recipe and local plugins usually are."""
    try:
        command = ["git", "rev-parse", "HEAD"]
        out = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return out.stdout.strip()


def memory_format(module: torch.nn.Module) -> torch.nn.Module:
    """Weights in channels-last order, which convolutions on CPUs and tensor cores read fastest."""
    import torch

    return module.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def wait_for_gpu() -> None:
    """Return when the GPU has done all it was given."""
    import torch

    torch.cuda.synchronize()
