from __future__ import annotations

import inspect

import pytest

from genrekit import hookspecs
from genrekit.hook_manager import hook_manager

HOOKS = vars(hook_manager().hook)


KINDS = (
    "dataset",
    "splitter",
    "augmenter",
    "model",
    "optimizer",
    "scheduler",
    "evaluator",
    "executor",
    "table",
    "command",
)


def test_the_hooks_are_these() -> None:
    registers = {f"register_{kind}s" for kind in KINDS} | {"register_features", "register_losses"}
    assert set(HOOKS) == registers | {"find_bundle", "run_started", "epoch_ended", "run_ended"}


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_says_on_one_line_what_it_is_for(name: str) -> None:
    text = inspect.getdoc(getattr(hookspecs, name))
    assert text
    assert len(text.splitlines()) == 1
    assert text.endswith(".")
