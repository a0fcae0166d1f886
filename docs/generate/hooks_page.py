"""The plugin contract: every hook, the base class of every kind, and what they are given."""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass

from option_row import Row, option_row
from source import Member, members

import genrekit
from genrekit import clips, hookspecs, paths, testing
from genrekit import events as run_events
from genrekit.claims import HOOK_OF_KIND
from genrekit.cli.option_text import option_texts
from genrekit.component import KINDS, Component, FittedModel, Mixer


@dataclass(frozen=True)
class Documented:
    """A class: what it is, its members, and the options that subclasses inherit."""

    name: str
    text: str
    members: list[Member]
    options: list[Row]


GIVEN = (genrekit.Clips, genrekit.Clip, genrekit.Outcome, genrekit.FeatureShape, genrekit.Misfit)
"""Public classes that components and tables meet."""


def hooks() -> list[Member]:
    """Every hook, in the order of `genrekit.hookspecs`."""
    return [member for member in members(hookspecs) if hasattr(getattr(hookspecs, member.name), "genrekit_spec")]


def kinds() -> dict[str, Documented]:
    """Hook -> the base class of what it registers; "" -> what all kinds have in common."""
    bases = {HOOK_OF_KIND[kind]: _documented(base) for kind, base in KINDS.items()}
    return {"": _documented(Component)} | bases | {"register_tables": _documented(genrekit.RecipeTable)}


def variants() -> dict[str, list[Documented]]:
    """Hook -> further base classes of what it registers."""
    return {HOOK_OF_KIND["augmenter"]: [_documented(Mixer)], HOOK_OF_KIND["model"]: [_documented(FittedModel)]}


def suite() -> list[Member]:
    """The public functions of `genrekit.testing`, the two that take whole distributions first."""
    modules = sorted({sys.modules[getattr(testing, name).__module__] for name in testing.__all__}, key=str)
    found = {member.name: member for module in modules for member in members(module)}
    named = [found[name] for name in testing.__all__ if name in found]
    return sorted(named, key=lambda member: (not member.name.endswith(("distribution", "suite")), member.name))


def events() -> dict[str, Documented]:
    """Hook -> what it is given."""
    names = {
        "run_started": run_events.RunStarted,
        "epoch_ended": run_events.EpochEnded,
        "run_ended": run_events.RunEnded,
    }
    return {"": _documented(run_events.RunEvent)} | {hook: _documented(event) for hook, event in names.items()}


def given() -> list[Documented]:
    """The other public classes that components meet."""
    return [_documented(found) for found in GIVEN]


def others() -> list[Member]:
    """What else plugins may import, errors last."""
    written = [member for module in (genrekit, clips, paths) for member in members(module)]
    found = {member.name: member for member in written if member.name in genrekit.__all__}
    raised = [_error(getattr(genrekit, name)) for name in genrekit.__all__ if name.endswith("Error")]
    return [_MARKER, _FIELD, *(found[name] for name in sorted(found)), *raised]


_MARKER = Member("hookimpl", "@hookimpl", "Marks a function that implements a hook.")
_FIELD = Member("Field", "Field(default, description=…, ge=…, le=…)", "An option of a component: pydantic's `Field`.")


def _error(error: type[Exception]) -> Member:
    signature = str(inspect.signature(error)).replace("'", "").removesuffix(" -> None")
    return Member(error.__name__, f"{error.__name__}{signature}", inspect.cleandoc(error.__doc__ or ""))


def _documented(owner: type) -> Documented:
    options = option_texts(owner) if issubclass(owner, Component) else []
    hidden = {"kind", "use", *(option.name for option in options)}
    shown = [member for member in members(owner) if member.name not in hidden]
    text = inspect.cleandoc(owner.__doc__ or "")
    return Documented(owner.__name__, text, shown, [option_row(option) for option in options])
