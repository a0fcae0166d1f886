"""Components that break what is asked of every kind."""

from __future__ import annotations

import random
from typing import Any, Literal

import toy_plugin
from pydantic import ConfigDict
from sins import changed

import genrekit


def _undocumented() -> genrekit.Component:
    return changed(toy_plugin.Louder, __doc__=None)()


def _no_description() -> genrekit.Component:
    class Bare(genrekit.Optimizer):
        """An option without a word."""

        use: Literal["bare"] = "bare"
        lr: float = 0.1

    return Bare()


def _no_type() -> genrekit.Component:
    return changed(toy_plugin.Descent, __annotations__={"how": Any}, how=genrekit.Field(1, description="how"))()


def _thawed() -> genrekit.Component:
    return changed(toy_plugin.Descent, model_config=ConfigDict(frozen=False, extra="ignore"))()


def _not_for_json() -> genrekit.Component:
    return changed(toy_plugin.Descent, identity=lambda self: {"weights": {1, 2}})()


def _never_the_same() -> genrekit.Component:
    return changed(toy_plugin.Descent, identity=lambda self: {"drawn": random.random()})()


def _null_but_not_by_default() -> genrekit.Component:
    width = genrekit.Field(3, description="width")
    return changed(toy_plugin.Descent, __annotations__={"width": int | None}, width=width)(width=None)


COMMON = [
    (_undocumented, "documented", "has no docstring"),
    (_no_description, "documented", "no description: lr"),
    (_no_type, "options have types", "of no type: how"),
    (_thawed, "read-only", "lifts frozen=True"),
    (_not_for_json, "what decides its results", "not ready for JSON"),
    (_never_the_same, "what decides its results", "has another identity()"),
    (_null_but_not_by_default, "written and read", "TOML cannot say it"),
    (_no_description, "pickled", "define the class at a module's top level"),
]
