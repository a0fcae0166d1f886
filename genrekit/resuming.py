"""Whether a run that goes on is still the one that was begun: its recipe, and what it runs on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from genrekit import hardware
from genrekit.errors import TrainingError
from genrekit.recipe import Recipe

DECIDES = ("seed", "split", "split_seed", "features", "augment", "model", "train")
"""The options and tables that decide weights. The data set is known by its content, whatever its options say."""

EVALUATES = ("overlap", "within_db")
"""Of ``[answers]``, what decides validation figures, and so which epoch is kept."""

MENDABLE = frozenset(
    f"train.{name}" for name in ("epochs", "stop_early", "micro_batch_size", "precision", "device", "threads")
) | {"train.deterministic"}
"""What may be changed on the way, by those who know that the result is another then."""

SHOWN = 5


def deciding(recipe: Recipe) -> dict[str, Any]:
    """What decides the weights, JSON-ready: ``{"train.optimizer.lr": 0.001, …}``. Paths may change, content not."""
    tables = {name: _plain(getattr(recipe, name)) for name in DECIDES}
    return dict(_flat(tables | {"answers": {name: getattr(recipe.answers, name) for name in EVALUATES}}, ""))


def changes(before: Mapping[str, Any], now: Mapping[str, Any], folder: Path) -> list[str]:
    """What was changed that may be, for people to know. Raises `TrainingError` for what may not be.

    Options that one of the two does not know came with, or went with, another version.
    """
    changed = sorted(name for name in before.keys() & now.keys() if before[name] != now[name])
    told = {name: f"{name} was {_text(before[name])}, is {_text(now[name])}" for name in changed}
    wrong = [told[name] for name in changed if not _mendable(name)]
    if wrong:
        raise TrainingError(
            "the recipe was changed after training had begun",
            where=str(folder / "recipe.toml"),
            why="; ".join(wrong[:SHOWN]) + (f"; and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""),
            hint=f"put it back, or start a new run: genrekit run {folder / 'recipe.toml'}",
        )
    return [f"the recipe was changed on the way, and the result with it: {told[name]}" for name in changed]


def moved(folder: Path) -> list[str]:
    """What is other than where the run was begun, for people to know; nothing where that is not known."""
    try:
        before = json.loads((folder / "environment.json").read_text(encoding="utf-8"))
        begun = before["packages"] | {"cpu": before["cpu"]["name"], "gpus": before["gpus"]}
    except (OSError, ValueError, KeyError, TypeError):
        return []
    now = {name: value for name, value in hardware.arithmetic().items() if name in begun}
    told = [f"{name} was {_text(begun[name])}, is {_text(now[name])}" for name in now if now[name] != begun[name]]
    return [f"the run was begun elsewhere, so the last bits may differ: {'; '.join(told)}"] if told else []


def _mendable(name: str) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in MENDABLE)


def _plain(option: Any) -> Any:
    """Tables as dictionaries; what is a path is left out."""
    if hasattr(option, "model_dump"):
        return _plain(option.model_dump())
    if isinstance(option, Mapping):
        return {str(name): _plain(value) for name, value in option.items() if not isinstance(value, Path)}
    if isinstance(option, list | tuple):
        return [_plain(value) for value in option if not isinstance(value, Path)]
    return sorted(map(str, option)) if isinstance(option, set | frozenset) else option


def _flat(option: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(option, dict) and option:
        for key, value in option.items():
            yield from _flat(value, f"{name}.{key}" if name else key)
    elif isinstance(option, list) and option and all(isinstance(value, dict) for value in option):
        yield f"{name} (count)", len(option)
        for place, value in enumerate(option):
            yield from _flat(value, f"{name}.{place}")
    else:
        # As JSON would give it back.
        yield name, json.loads(json.dumps(option, default=str))


def _text(value: Any) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)
