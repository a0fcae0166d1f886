"""Checks of a component, kind by kind, and how they are run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from genrekit.component import KINDS, Component
from genrekit.errors import one_line
from genrekit.recipe_table import RecipeTable

T = TypeVar("T")
Part = Component | RecipeTable
"""What plugins bring into recipes."""


class Skip(Exception):  # noqa: N818
    """Raised by a check that has nothing to say of this component; its text is the reason."""


@dataclass
class Case:
    """One component on trial, and an empty folder for what it writes."""

    component: Any
    folder: Path
    made: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What ``make`` gives, made once for all checks: building a model may take long."""
        if name not in self.made:
            self.made[name] = make()
        found: T = self.made[name]
        return found


@dataclass(frozen=True)
class Check:
    """``run`` raises AssertionError, with an explanation, where the component breaks this part of the contract."""

    title: str
    explanation: str
    run: Callable[[Case], None]
    when: Callable[[Any], bool]


@dataclass(frozen=True)
class Result:
    """How one check went. ``detail`` says what is wrong, or why it was skipped."""

    subject: str
    check: str
    status: Literal["passed", "failed", "skipped"]
    detail: str = ""


CHECKS: dict[str, list[Check]] = {"": [], **{kind: [] for kind in KINDS}, RecipeTable.kind: []}
"""Kind -> its checks; "" holds those of every kind."""


def check(
    title: str, *kinds: str, when: Callable[[Any], bool] = lambda component: True
) -> Callable[[Callable[[Case], None]], Callable[[Case], None]]:
    """Adds a function to `CHECKS` under each of ``kinds`` (none: every kind). Its docstring is the explanation.

    ``when`` says of which components, or their classes, it has something to say.
    """

    def add(run: Callable[[Case], None]) -> Callable[[Case], None]:
        for kind in kinds or ("",):
            CHECKS.setdefault(kind, []).append(Check(title, " ".join((run.__doc__ or "").split()), run, when))
        return run

    return add


def checks_of(component: Part | type[Part]) -> list[Check]:
    """What a component, or all of a class, must pass."""
    return [each for each in (*CHECKS[""], *CHECKS[component.kind]) if each.when(component)]


def results(component: Part, folder: Path | None = None) -> Iterator[Result]:
    """Run every check of the component's kind, one after another."""
    if folder is None:
        with tempfile.TemporaryDirectory() as scratch:
            yield from results(component, Path(scratch))
        return
    case = Case(component, folder)
    for each in checks_of(component):
        yield result(each, case)


def result(each: Check, case: Case) -> Result:
    """Run one check."""
    subject = f"{case.component.kind} {case.component.name()}"
    try:
        each.run(case)
    except Skip as reason:
        return Result(subject, each.title, "skipped", str(reason))
    except AssertionError as error:
        return Result(subject, each.title, "failed", str(error) or each.explanation)
    except (Exception, SystemExit) as error:
        return Result(subject, each.title, "failed", f"{one_line(error)}; {each.explanation}")
    return Result(subject, each.title, "passed")


def check_component(component: Part, folder: Path | None = None) -> list[Result]:
    """Check a component of any kind, or a table; raises AssertionError with all that is wrong, else returns results."""
    done = list(results(component, folder))
    failed = [f"- {one.check}: {one.detail}" for one in done if one.status == "failed"]
    if failed:
        raise AssertionError("\n".join([f"{done[0].subject} breaks its contract:", *failed]))
    return done
