"""Options and figures as trackers want them: flat, with names that all of them take, plain numbers only."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from genrekit.recipe import Recipe, dump

OF_TRAINING = {"train_loss": "train/loss", "lr": "train/lr", "train_s": "time/train_s", "epoch_s": "time/epoch_s"}
"""What a line of the history has beside the validation figures -> its name in trackers."""


def params(recipe: Recipe) -> dict[str, bool | int | float | str]:
    """``train.optimizer.lr`` -> its value, for every option; lists are written as JSON."""
    return dict(_flat(tomllib.loads(dump(recipe)), "."))


def of_epoch(line: Mapping[str, float | None]) -> dict[str, float]:
    """An epoch's figures: ``train/loss``, ``validation/macro_f1`` …"""
    named = {OF_TRAINING.get(name, f"validation/{name}"): value for name, value in line.items()}
    for other in ("epoch", "best_epoch"):
        named.pop(f"validation/{other}", None)
    return dict(_numbers(named.items()))


def of_end(metrics: Mapping[str, Any]) -> dict[str, float]:
    """The final figures: ``final/test/macro_f1``, with ``…/low`` and ``…/high`` where it has an interval."""
    flat = {f"final/{name}": value for name, value in _flat({k: _merged(v) for k, v in metrics.items()}, "/")}
    return dict(_numbers(flat.items()))


def _merged(part: Any) -> Any:
    """A part's figures, their intervals right behind them. Accounts of how intervals were made are left out."""
    if not isinstance(part, Mapping) or "intervals" not in part:
        return part
    figures = {name: value for name, value in part.items() if name not in {"intervals", "bootstrap"}}
    bounds = {f"{name}/{end}": value for name, both in part["intervals"].items() for end, value in both.items()}
    return figures | bounds


def _flat(value: Mapping[str, Any], between: str) -> Iterator[tuple[str, Any]]:
    for key, inner in value.items():
        name = re.sub(r"[^\w\-. /]", "_", str(key), flags=re.ASCII)
        if isinstance(inner, list) and inner and all(isinstance(element, Mapping) for element in inner):
            inner = {str(index): element for index, element in enumerate(inner)}
        if isinstance(inner, Mapping):
            yield from ((f"{name}{between}{below}", leaf) for below, leaf in _flat(inner, between))
        else:
            yield name, inner if isinstance(inner, bool | int | float | str) else json.dumps(inner, default=str)


def _numbers(named: Any) -> Iterator[tuple[str, float]]:
    for name, value in named:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            yield name, float(value)
