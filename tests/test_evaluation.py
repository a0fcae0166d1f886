"""Clip figures from window figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import genrekit
from genrekit.evaluation import mean_by_row, plain_numbers, prediction_rows


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30))
def test_mean_by_row_against_a_loop(rows: list[int]) -> None:
    values = np.random.default_rng(len(rows)).normal(size=(len(rows), 3)).astype(np.float32)
    means = mean_by_row(np.asarray(rows), values)
    for index, row in enumerate(sorted(set(rows))):
        expected = np.mean([values[i] for i in range(len(rows)) if rows[i] == row], axis=0, dtype=np.float64)
        np.testing.assert_allclose(means[index], expected, atol=1e-6)


def test_predictions_tell_a_files_stretches_apart() -> None:
    outcome = genrekit.Outcome(
        part="test",
        labels=["a", "b"],
        paths=["song.wav"] * 2,
        rows=np.arange(2),
        groups=["singer", None],
        truth=np.asarray([[True, True], [False, False]]),
        probabilities=np.asarray([[0.75, 0.5], [0.25, 0.125]], np.float32),
        loss=0.5,
        multi_label=True,
        starts_s=[0.0, 12.5],
        durations_s=[12.5, None],
    )
    assert list(prediction_rows([outcome])) == [
        ["part", "path", "start_s", "duration_s", "group", "label", "predicted", "probability", "p(a)", "p(b)"],
        ["test", "song.wav", "0", "12.5", "singer", "a;b", "a;b", "0.750000", "0.750000", "0.500000"],
        ["test", "song.wav", "12.5", "", "", "", "", "0.250000", "0.250000", "0.125000"],
    ]
    one = replace(outcome, multi_label=False, truth=np.eye(2, dtype=bool), starts_s=[], durations_s=[])
    assert [row[2:7] for row in prediction_rows([one])][1:] == [["", "", "singer", "a", "a"], ["", "", "", "b", "a"]]


def test_plain_numbers_are_the_scalars() -> None:
    assert plain_numbers({"accuracy": 1, "per_class": {"a": 1.0}, "name": "x"}) == {"accuracy": 1.0}
