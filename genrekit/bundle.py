"""A bundle: one self-contained model that carries its own preprocessing. Reading one never runs code from it.

model.onnx          waveform in, probabilities out (absent when the model cannot be exported)
model.safetensors   the weights, for torch
bundle.json         labels, preprocessing, components with options, versions, figures, checksums
README.md           the model card
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from genrekit import atomic
from genrekit.bundle_source import local_folder
from genrekit.errors import BundleError, printable
from genrekit.series.files import is_series, run_folders

FORMAT = 1
MAX_MANIFEST_BYTES = 16 * 2**20
ONNX, WEIGHTS, MANIFEST, CARD = "model.onnx", "model.safetensors", "bundle.json", "README.md"


MAX_FILES = 100
MAX_WINDOW_SAMPLES = 2**27
"""An hour and a half at 22 kHz, half a GiB as float32."""

MAX_OVERLAPPING = 25
"""The most windows that may share a sample: each is answered by itself."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Size = Annotated[int, Field(ge=1, le=2**31)]
Channels = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=10_000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class Audio(BaseModel):
    """How audio is read before the model: mono float32 in -1..1, at this rate, in windows of this length."""

    model_config = ConfigDict(extra="forbid")

    sample_rate: int = Field(ge=1, le=1_000_000)
    window_samples: int = Field(ge=1, le=MAX_WINDOW_SAMPLES)
    minimum_samples: int = Field(ge=1, le=MAX_WINDOW_SAMPLES)
    any_length: bool
    hop_samples: Size | None = Field(None, description="from a window's start to the next one's; none: window_samples")
    within_db: float | None = Field(
        None, gt=0, le=200, description="windows so far below the loudest do not count; none: only silent ones do not"
    )

    @model_validator(mode="after")
    def _windows_leave_no_gaps(self) -> Self:
        hop = self.hop_samples or self.window_samples
        if not self.window_samples / MAX_OVERLAPPING <= hop <= self.window_samples:
            raise ValueError(f"windows of {self.window_samples} samples cannot begin every {hop}")
        return self


class Answers(BaseModel):
    """What becomes of logits. The temperature is in ``model.onnx`` already: its probabilities come out calibrated."""

    model_config = ConfigDict(extra="forbid")

    multi_label: bool = Field(False, description="probabilities are sigmoids, one a label; else a softmax over labels")
    temperature: float = Field(1.0, gt=0, allow_inf_nan=False, description="what logits are divided by first")
    abstain_below: float | None = Field(None, ge=0, le=1, description="less sure answers are not given")
    thresholds: dict[str, Share] | None = Field(None, description="if multi_label: from where on each label is given")


class Part(BaseModel):
    """A component: its options, and the distribution it comes from."""

    model_config = ConfigDict(extra="forbid")

    options: dict[str, Any]
    distribution: str
    version: str


class Manifest(BaseModel):
    """The content of ``bundle.json``."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    format: Literal[1] = 1
    name: str
    genrekit: str
    created: str
    labels: list[Name] = Field(min_length=1, max_length=100_000)
    audio: Audio
    features: Part
    model: Part
    ensemble_size: int = Field(1, ge=1, le=100, description="networks of this model whose mean logits are the answer")
    ensemble_channels: list[Channels] | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="the channels of the features that each sees, in turn; null: all",
    )
    views: list[Part] = Field(
        [], max_length=10, description="augmenters in whose variants a clip is answered too; the mean logits count"
    )
    answers: Answers = Answers()
    feature_shape: tuple[Size, Size, Size]
    parameters: int = Field(ge=0)
    onnx_difference: float | None = Field(
        ge=0, allow_inf_nan=False, description="largest difference of a probability to torch when exported"
    )
    onnx_missing: str | None = Field(description="why there is no model.onnx")
    plugins: dict[str, str]
    metrics: dict[str, Any]
    files: dict[str, Sha256] = Field(max_length=MAX_FILES, description="SHA-256 of each file")

    @model_validator(mode="after")
    def _channels_are_there(self) -> Self:
        named = self.ensemble_channels or []
        if len(named) > self.ensemble_size or any(max(channels) >= self.feature_shape[0] for channels in named):
            raise ValueError(
                f"{self.ensemble_size} networks cannot see channels {named} of {self.feature_shape[0]} that there are"
            )
        return self

    @field_validator("labels")
    @classmethod
    def _each_once(cls, labels: list[str]) -> list[str]:
        if len(set(labels)) < len(labels):
            raise ValueError("a label is there twice")
        return labels

    @field_validator("files")
    @classmethod
    def _in_the_folder(cls, files: dict[str, str]) -> dict[str, str]:
        for name in files:
            if not _FILE_NAME.fullmatch(name):
                raise ValueError(f"{name!a} is no plain name of a file")
        return files


_FILE_NAME = re.compile(r"(?!\.)[^/\\:\x00-\x1f]{1,200}")
"""Not hidden, and nothing that leads out of the folder, on any system."""


def find(model: str | Path) -> Path:
    """The bundle folder that ``model`` (a bundle, a run folder, ``runs/latest``, or ``SCHEME:NAME``) leads to."""
    path = _follow(local_folder(model))
    for candidate in (path, path / "bundle"):
        if (candidate / MANIFEST).is_file():
            return candidate
    if is_series(path):
        raise _one_of_several(model, path)
    if (path / "recipe.toml").is_file():
        why = "it holds no bundle.json; its run may have been stopped before the end"
        raise BundleError(f"no model in {model}", why=why, hint=f"genrekit run --resume {model}")
    if path.is_dir():
        why = "it holds no bundle.json, nor a folder bundle/ with one"
        raise BundleError(f"no model in {model}", why=why, hint="--model RUN_OR_BUNDLE")
    raise BundleError(
        f"no model at {model}",
        why="nothing has been trained here yet" if Path(model) == Path("runs/latest") else None,
        hint="genrekit run examples/quickstart.toml, or --model RUN_OR_BUNDLE",
    )


def _one_of_several(model: str | Path, path: Path) -> BundleError:
    trained = [folder for folder in run_folders(path) if (folder / "bundle" / MANIFEST).is_file()]
    return BundleError(
        f"{model} is a series of {len(run_folders(path))} runs, each with a model of its own",
        why=f"trained are {', '.join(folder.name for folder in trained)}" if trained else "none has been trained yet",
        hint=f"--model {Path(model) / trained[0].name}" if trained else f"genrekit run --resume {model}",
    )


def _follow(path: Path) -> Path:
    """Where links cannot be made, ``runs/latest`` is a small text file that names the folder."""
    if path.name == "latest" and path.is_file() and path.stat().st_size < 4096:
        target = path.parent / path.read_text(encoding="utf-8", errors="replace").strip()
        return target if target.is_dir() else path
    return path


def read_manifest(folder: Path) -> Manifest:
    """Read and check ``bundle.json``."""
    path = folder / MANIFEST
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            raise BundleError(f"{path} is refused: it is larger than {MAX_MANIFEST_BYTES} bytes")
        return Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        reason = printable(f"{where}: {first['msg']}", 300)
        raise BundleError(f"{path} is not a bundle of format {FORMAT}: {reason}") from None
    except (OSError, RecursionError) as error:
        raise BundleError(f"cannot read {path}: {error}") from None


def verified(folder: Path, manifest: Manifest, name: str) -> Path:
    """The path of a file of the bundle, its checksum compared."""
    path = _listed(folder, manifest, name)
    _compare(path, file_hash(path), manifest.files[name])
    return path


def read_verified(folder: Path, manifest: Manifest, name: str, most_bytes: int = 2**31 - 1) -> bytes:
    """A file's bytes, just those whose checksum was compared."""
    path = _listed(folder, manifest, name)
    try:
        if path.stat().st_size > most_bytes:
            raise BundleError(f"{path} is refused: it is larger than {most_bytes} bytes")
        content = path.read_bytes()
    except OSError as error:
        raise BundleError(f"cannot read {path}: {error.strerror or error}") from None
    _compare(path, hashlib.sha256(content).hexdigest(), manifest.files[name])
    return content


def _listed(folder: Path, manifest: Manifest, name: str) -> Path:
    """The path of a file that the manifest names, which is there, and not somewhere else."""
    path = folder / name
    if name not in manifest.files:
        raise BundleError(f"{folder} lists no {name}")
    if not path.is_file():
        raise BundleError(f"{path} is missing", why="the bundle is incomplete", hint="copy the whole folder again")
    if not _stays_inside(folder, path):
        raise BundleError(f"{path} is refused: it is a link to a file outside the bundle")
    return path


def _stays_inside(folder: Path, path: Path) -> bool:
    """A cache of downloads may keep each file in ``blobs``, under its checksum, beside the folders that link to it."""
    home, real = folder.resolve(), path.resolve()
    cached = home.parent.name == "snapshots" and real.parent == home.parents[1] / "blobs"
    return home in real.parents or cached


def _compare(path: Path, found: str, wanted: str) -> None:
    if found != wanted:
        raise BundleError(f"{path} is damaged or was changed", why="its checksum does not match bundle.json")


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> Manifest:
    """Complete the manifest with the checksums of ``folder``'s files and write it."""
    files = {name: file_hash(folder / name) for name in sorted(os.listdir(folder)) if name != MANIFEST}
    manifest = manifest.model_copy(update={"files": files})
    atomic.write_text(folder / MANIFEST, manifest.model_dump_json(indent=2) + "\n")
    return manifest
