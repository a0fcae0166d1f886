"""Runs that are killed (SIGKILL) while they extract, train, evaluate or write a checkpoint, and then resumed.

Weights, checkpoints, histories and figures must be those of a run that nobody killed, bit by bit, and no file may be
left over. Instants are drawn from a seed; see `kill_server` for what an instant is.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest
from killing import SETUPS, STAGES, Killer

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")

KILLS = 72
PLACES = [(setup, stage) for setup in SETUPS for stage in STAGES if stage != "export"]
EACH = 6


@pytest.fixture(scope="module")
def killer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    with Killer(tmp_path_factory.mktemp("killed")) as killer:
        yield killer


def test_so_many_are_killed() -> None:
    assert len(PLACES) * EACH == KILLS


@pytest.mark.slow
@pytest.mark.parametrize(("setup", "stage"), PLACES)
def test_killed_run_goes_on_as_if_it_had_not_been(killer: Killer, setup: str, stage: str) -> None:
    rng = random.Random(f"{setup} {stage}")
    # One in each sixth of the stage.
    for part in range(EACH):
        killer.kill(setup, stage, (part + rng.random()) / EACH, rng.randrange(2**32))
