"""Bootstrap intervals: what is drawn, against SciPy's, and what is said where they cannot be trusted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest
import scipy.stats

import genrekit
from genrekit.intervals import RESAMPLES, Units, affordable, intervals


def answers(right: list[bool], groups: list[str | None] | None = None) -> genrekit.Outcome:
    """Clips of class 0 of two, answered so."""
    wrong = ~np.asarray(right)
    clips = len(right)
    return genrekit.Outcome(
        part="test",
        labels=["a", "b"],
        paths=[""] * clips,
        rows=np.arange(clips),
        groups=groups or [None] * clips,
        truth=np.tile([True, False], (clips, 1)),
        probabilities=np.eye(2, dtype=np.float32)[wrong.astype(int)],
        loss=0.5,
    )


class ShareRight(genrekit.Evaluator):
    """The share of right answers, with nothing overridden."""

    use: Literal["share-right"] = "share-right"

    def metrics(self, outcome: genrekit.Outcome) -> dict[str, Any]:
        right = float((outcome.predicted == outcome.targets).mean())
        return {"accuracy": right, "loss": float(outcome.loss), "n_clips": len(outcome), "rows": [1.0]}


class Fussy(ShareRight):
    """Fails on a draw that lacks the first clip."""

    use: Literal["fussy"] = "fussy"  # type: ignore[assignment]

    def metrics(self, outcome: genrekit.Outcome) -> dict[str, Any]:
        if 0 not in outcome.rows:
            raise ValueError("where is the first?")
        return super().metrics(outcome)


def test_agrees_with_scipy() -> None:
    right = np.random.default_rng(0).random(60) < 0.7
    ours = intervals([ShareRight()], answers(right.tolist()), seed=1)["intervals"]["accuracy"]
    theirs = scipy.stats.bootstrap((right,), np.mean, n_resamples=20_000, method="percentile", rng=0)
    assert ours["low"] == pytest.approx(theirs.confidence_interval.low, abs=0.025)
    assert ours["high"] == pytest.approx(theirs.confidence_interval.high, abs=0.025)


def test_whole_groups_are_drawn() -> None:
    groups = [f"speaker {index // 10}" for index in range(80)]
    right = [index // 10 < 5 for index in range(80)]
    by_group = intervals([ShareRight()], answers(right, list(groups)), seed=0)
    by_clip = intervals([ShareRight()], answers(right), seed=0)
    # Every speaker is all right or all wrong, so the accuracy is a number of eighths.
    whole = scipy.stats.bootstrap((np.arange(8) < 5,), np.mean, n_resamples=20_000, method="percentile", rng=0)
    assert by_group["intervals"]["accuracy"]["low"] == pytest.approx(whole.confidence_interval.low, abs=0.126)
    width = [
        found["intervals"]["accuracy"]["high"] - found["intervals"]["accuracy"]["low"] for found in (by_group, by_clip)
    ]
    assert width[0] > 2 * width[1]
    assert by_group["bootstrap"]["resampled"] == "groups"
    assert (by_group["bootstrap"]["units"], by_clip["bootstrap"]["units"]) == (8, 80)


def test_draws_keep_a_groups_clips_together_and_a_clip_without_group_alone() -> None:
    units = Units.of(["x", None, "x", None, "y"])
    assert (units.name, units.count) == ("groups", 4)
    counts = units.draws(np.random.default_rng(0), 50)
    assert (counts[:, 0] == counts[:, 2]).all()
    assert (counts[:, [0, 1, 3, 4]].sum(axis=1) == 4).all()
    assert (counts[:, 1] != counts[:, 3]).any()


def test_only_figures_of_clips_get_intervals() -> None:
    found = intervals([ShareRight()], answers([True, False] * 5), seed=0)
    assert set(found["intervals"]) == {"accuracy"}
    assert found["bootstrap"] == {
        "level": 0.95, "method": "percentile", "resampled": "clips", "units": 10, "resamples": RESAMPLES, "seed": 0,
        "note": None,
    }  # fmt: skip


def test_the_seed_decides() -> None:
    some = answers([True, False, True] * 9)
    assert intervals([ShareRight()], some, seed=3) == intervals([ShareRight()], some, seed=3)
    draws = [intervals([ShareRight()], some, seed=seed, resamples=30)["intervals"]["accuracy"] for seed in range(4)]
    assert len({tuple(found.values()) for found in draws}) > 1


def test_blocks_do_not_change_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    some = answers([True, False, True] * 9)
    whole = intervals([ShareRight()], some, seed=3, resamples=100)
    monkeypatch.setattr("genrekit.intervals.BLOCK", 27 * 7)
    assert intervals([ShareRight()], some, seed=3, resamples=100) == whole


def test_too_few_groups_are_said() -> None:
    few = intervals([ShareRight()], answers([True, False, True] * 3, ["x", "y", "z"] * 3), seed=0)
    assert few["intervals"]["accuracy"]
    assert few["bootstrap"]["note"] == "only 3 groups: these intervals are too narrow"
    one = intervals([ShareRight()], answers([True, False], ["x", "x"]), seed=0)
    assert one["intervals"] == {}
    assert one["bootstrap"]["note"] == "no intervals: one group does not tell how another would do"


def test_an_evaluator_that_fails_costs_its_own_intervals_only() -> None:
    found = intervals([Fussy(), ShareRight()], answers([True, False] * 5), seed=0)
    assert set(found["intervals"]) == {"accuracy"}
    assert found["bootstrap"]["note"] == "none for fussy: ValueError: where is the first?"


def test_a_figure_that_most_draws_lack_gets_no_interval() -> None:
    class Rarely(ShareRight):
        """Undefined without the first clip."""

        def resample(self, outcome: genrekit.Outcome, counts: np.ndarray) -> dict[str, np.ndarray]:
            return {"rare": np.where(counts[:, 0] > 0, 1.0, np.nan)}

    assert intervals([Rarely()], answers([True] * 10), seed=0)["intervals"] == {}


def test_where_all_draws_agree_there_is_no_interval_but_a_word_of_doubt() -> None:
    found = intervals([ShareRight()], answers([True] * 20), seed=0)
    assert found["intervals"] == {}
    assert found["bootstrap"]["note"] == (
        "no interval for accuracy, the same in every draw: 20 clips do not rule out that 14% of others go another way"
    )
    # Were 14 % of all clips wrong, 20 drawn at random would all be right in one case of twenty.
    rare = (1 - 0.1391) ** 20
    assert rare == pytest.approx(0.05, abs=1e-4)


def test_very_many_clips_get_fewer_draws() -> None:
    assert affordable(1000, 50) == RESAMPLES
    assert affordable(200_000, 10) == 200
    assert 200 < affordable(100_000, 10) < RESAMPLES


def test_take_repeats_clips() -> None:
    some = replace(answers([True, False, True]), starts_s=[0.0, 1.0, 2.0], durations_s=[None, 1.0, None])
    taken = some.take(np.asarray([2, 0, 2]))
    assert taken.starts_s == [2.0, 0.0, 2.0]
    assert taken.rows.tolist() == [2, 0, 2]
    assert np.isnan(taken.loss)
