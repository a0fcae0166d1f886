"""Runs that are killed while they export and report, again and again, and as part of a series; then resumed."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest
from killing import SETUPS, STAGES, Killer

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")

KILLS = 32
EXPORTS = 3
"""Of each setup."""
SERIES = [("extraction", 0.5), ("epoch", 0.2), ("epoch", 0.8), ("checkpoint", 0.7), ("evaluation", 0.6)]
SERIES += [("export", 0.05), ("export", 0.45), ("export", 0.95)]
"""Where series of two seeds are killed: in the first run and in the second."""


@pytest.fixture(scope="module")
def killer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    with Killer(tmp_path_factory.mktemp("killed")) as killer:
        yield killer


def test_so_many_are_killed() -> None:
    assert len(SETUPS) * (EXPORTS + len(STAGES)) + len(SERIES) == KILLS


@pytest.mark.slow
@pytest.mark.parametrize("setup", SETUPS)
def test_export_that_is_killed_is_made_again(killer: Killer, setup: str) -> None:
    rng = random.Random(setup)
    for part in range(EXPORTS):
        killer.kill(setup, "export", (part + rng.random()) / EXPORTS, rng.randrange(2**32))


@pytest.mark.slow
@pytest.mark.parametrize("setup", SETUPS)
def test_run_that_is_killed_in_every_stage_comes_to_its_end(killer: Killer, setup: str) -> None:
    assert killer.kill_again_and_again(setup, seed=len(setup)) == len(STAGES)


@pytest.mark.slow
@pytest.mark.parametrize(("stage", "share"), SERIES)
def test_series_that_is_killed_goes_on(killer: Killer, stage: str, share: float) -> None:
    killer.kill("plain", stage, share, seed=int(100 * share), series=True)
