"""The files of a checkpoint: read, checked, hashed. None of them can hold code."""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path
from typing import Any

import genrekit
from genrekit.store import Stat, content_hash, stat_of

CONFIG = "config.json"
PREPROCESSORS = ("preprocessor_config.json", "processor_config.json")
"""The newer file holds the older one's content as ``feature_extractor``."""
INDEX = "model.safetensors.index.json"
PATTERNS = [CONFIG, *PREPROCESSORS, INDEX, "model.safetensors", "model-*.safetensors"]
"""What is downloaded."""


def read_json(path: Path) -> dict[str, Any]:
    """A JSON file's object; `genrekit.GenrekitError` if there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise genrekit.GenrekitError(
            f"{path.parent} holds no checkpoint" if path.parent.is_dir() else f"no checkpoint at {path.parent}",
            why=f"there is no {path.name}",
            hint="a folder that save_pretrained wrote, of the model and of its feature extractor",
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise genrekit.GenrekitError(f"cannot read {path}", why=str(error)) from None
    if not isinstance(found, dict):
        raise genrekit.GenrekitError(f"cannot read {path}", why="it holds no JSON object")
    return found


def read_preprocessor(folder: Path) -> dict[str, Any]:
    """How waveforms become the encoder's input."""
    there = [folder / name for name in PREPROCESSORS if (folder / name).is_file()]
    if not there:
        raise genrekit.GenrekitError(
            f"{folder} does not say how sounds are prepared",
            why="there is no preprocessor_config.json; without it the encoder might hear something else",
            hint=f'the feature extractor\'s save_pretrained("{folder}")',
        )
    found = read_json(there[0])
    inner = found.get("feature_extractor", found)
    return inner if isinstance(inner, dict) else found


def weight_files(folder: Path) -> list[Path]:
    """The .safetensors files, in order; `genrekit.GenrekitError` if there are none."""
    found = sorted([*folder.glob("model.safetensors"), *folder.glob("model-*.safetensors")])
    if not found:
        others = sorted(path.name for path in folder.glob("*.bin"))
        why = f"there is {others[0]}, but such files can hold code that runs when they are read" if others else None
        raise genrekit.GenrekitError(
            f"{folder} holds no model.safetensors",
            why=why,
            hint="convert it where you trust it: AutoModel.from_pretrained(…).save_pretrained(…), "
            'or a revision of the hub that has it, often "refs/pr/1" or so',
        )
    return found


def content_of(folder: Path) -> str:
    """A hash of all that decides what the encoder answers."""
    names = [folder / CONFIG, *(folder / name for name in PREPROCESSORS), *weight_files(folder)]
    hashes = [[path.name, _hashed(stat_of(str(path)))] for path in names if path.is_file()]
    return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()


@functools.lru_cache(maxsize=1024)
def _hashed(stat: Stat) -> str:
    """A file is read again only when its size or time has changed."""
    return content_hash(stat[0])
