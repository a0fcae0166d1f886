"""The augmenters, made of a table of signatures: importing them imports no audiomentations."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import create_model

import genrekit
from genrekit_audiomentations.augmenter import Transform
from genrekit_audiomentations.texts import TRANSFORMS, description

requires_genrekit_api = ">=1.0,<2"

TYPES = {"path": genrekit.RecipePath, "bool": bool, "int": int, "float": float, "str": str}

DEFAULTS = {"RoomSimulator.use_ray_tracing": False}
"""Those that are not audiomentations' own: ray tracing is random beyond any seed."""


def signatures() -> dict[str, Any]:
    """``{"audiomentations": version, "transforms": {name: [{"name", "type", "default"}]}}``."""
    text = resources.files(__package__).joinpath("signatures.json").read_text("utf-8")
    read: dict[str, Any] = json.loads(text)
    return read


def name_of(transform: str) -> str:
    """``audiomentations-add-gaussian-snr`` of AddGaussianSNR."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]+", transform)
    return "-".join(["audiomentations", *words]).lower()


def augmenter(transform: str, options: list[dict[str, Any]]) -> type[Transform]:
    """The augmenter of a transform."""
    fields: dict[str, Any] = {option["name"]: _field(transform, option) for option in options}
    name = name_of(transform)
    made = create_model(
        transform,
        __base__=Transform,
        __module__=__name__,
        __doc__=f"{TRANSFORMS[transform]} (audiomentations' {transform}.)",
        **{"use": (Literal[name], name)} | fields,
    )
    made.transform = transform
    made.example = classmethod(_example)  # type: ignore[method-assign, assignment]
    return made


def _field(transform: str, option: dict[str, Any]) -> Any:
    name, kind = option["name"], option["type"]
    hint: Any = Literal[tuple(kind)] if isinstance(kind, list) else TYPES[kind]
    text = description(transform, name)
    if "default" not in option:
        return hint, genrekit.Field(description=text)
    default = DEFAULTS.get(f"{transform}.{name}", option["default"])
    return (hint if default is not None else hint | None), genrekit.Field(default, description=text)


def _example(cls: Any, folder: Path) -> Any:
    """For the contract suite: recordings where there must be some."""
    from genrekit.testing import write_tones

    given = {name: write_tones(folder) for name in ("sounds_path", "ir_path") if name in cls.model_fields}
    return cls(sample_rate=8000, **given)


AUGMENTERS = {transform: augmenter(transform, options) for transform, options in signatures()["transforms"].items()}
globals().update(AUGMENTERS)


@genrekit.hookimpl
def register_augmenters(register: Any) -> None:
    for component in AUGMENTERS.values():
        register(component)
