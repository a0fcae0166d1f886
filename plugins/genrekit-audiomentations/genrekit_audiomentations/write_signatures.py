"""Writes ``signatures.json`` from what is installed: ``python -m genrekit_audiomentations.write_signatures``.

Options are those of the transforms' signatures, with their types and defaults.
"""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any

from genrekit_audiomentations._applying import library

LEFT_OUT = frozenset({"AdjustDuration", "Lambda"})
"""AdjustDuration would change the length of windows, which the features decide; Lambda takes a function."""

NOT_OPTIONS = frozenset(
    {
        "self", "p", "kwargs", "noise_transform", "part_transform", "ray_tracing_options", "lru_cache_size",
        "signal_gain_in_db_during_noise", "leave_length_unchanged",
    }
)  # fmt: skip
"""What recipes cannot say, what is deprecated, and what genrekit decides: the probability, and that lengths stay."""


def signatures() -> dict[str, Any]:
    """The content of the file."""
    return {"audiomentations": library().__version__, "transforms": dict(_transforms())}


def _transforms() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    audiomentations = library()
    base = audiomentations.core.transforms_interface.BaseWaveformTransform
    for name, found in sorted(vars(audiomentations).items()):
        if inspect.isclass(found) and issubclass(found, base) and name not in LEFT_OUT:
            yield name, list(_options(found))


def _options(transform: Any) -> Iterator[dict[str, Any]]:
    hints = typing.get_type_hints(transform.__init__)
    for name, parameter in inspect.signature(transform.__init__).parameters.items():
        if name in NOT_OPTIONS:
            continue
        required = parameter.default is parameter.empty
        default = None if required else parameter.default
        yield {"name": name, "type": _type(name, hints.get(name), default)} | ({} if required else {"default": default})


def _type(name: str, hint: Any, default: Any) -> Any:
    """ "path", "bool", "int", "float", or the texts that there are to choose from."""
    if name.endswith("_path"):
        return "path"
    if typing.get_origin(hint) is typing.Literal:
        return list(typing.get_args(hint))
    if hint is None:
        return type(default).__name__
    kinds = (
        set(typing.get_args(hint)) if isinstance(hint, UnionType) or typing.get_origin(hint) is typing.Union else {hint}
    )
    return next(kind.__name__ for kind in (float, int, bool, str) if kind in kinds)


if __name__ == "__main__":
    text = json.dumps(signatures(), indent=1) + "\n"
    Path(__file__).with_name("signatures.json").write_text(text, encoding="utf-8")
