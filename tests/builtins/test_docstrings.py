"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("module", ["mel_filters", "schedulers"])
def test_examples_run(module: str) -> None:
    result = doctest.testmod(importlib.import_module(f"genrekit_builtins.{module}"))
    assert result.attempted
    assert not result.failed
