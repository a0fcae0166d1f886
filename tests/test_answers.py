"""Which labels are given for which probabilities, and how the answers are written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from predicting import LABELS, RATE, level_predictor
from predicting import recordings as recordings

import genrekit
from genrekit import bundle
from genrekit.answers import Prediction, Rule, Window
from genrekit.cli.prediction_files import write_csv, write_json
from genrekit.cli.prediction_output import Format, PredictionOutput
from genrekit.cli.prediction_table import PredictionTable
from genrekit.errors import GenrekitError
from genrekit.predict import Predictor

SHARES = {"rain": 0.75, "wind": 0.5, "birds": 0.25}
UNSURE = Prediction("a.wav", "abstained", None, 0.4, {"rain": 0.4, "wind": 0.3}, 1, 2.0)
BOTH = Prediction("b.wav", "ok", "rain", 0.75, SHARES, 1, 2.0, labels=("rain", "birds"))
NONE = Prediction("c.wav", "ok", None, 0.75, SHARES, 1, 2.0)


def test_one_label_is_given_if_it_is_sure_enough() -> None:
    assert Rule.of(bundle.Answers()).given(SHARES) == ("rain",)
    careful = bundle.Answers(abstain_below=0.8)
    assert Rule.of(careful).given(SHARES) == ()
    assert Rule.of(careful, threshold=0.75).given(SHARES) == ("rain",), "at the threshold is sure enough"
    assert Rule.of(careful, threshold=0.0).given(SHARES) == ("rain",)


def test_several_labels_are_given_from_their_thresholds_on() -> None:
    tagger = bundle.Answers(multi_label=True, thresholds={"rain": 0.8, "wind": 0.5, "birds": 0.1})
    assert Rule.of(tagger).given(SHARES) == ("wind", "birds")
    assert Rule.of(tagger, threshold=0.6).given(SHARES) == ("rain",)
    assert Rule.of(bundle.Answers(multi_label=True)).given(SHARES) == ("rain", "wind")
    assert Rule.of(tagger, threshold=0.9).given(SHARES) == ()


def answering(**answers: object) -> Predictor:
    """The predictor of levels with those answers."""
    plain = level_predictor()
    return replace(plain, manifest=plain.manifest.model_copy(update={"answers": bundle.Answers(**answers)}))


def test_a_predictor_abstains(recordings: object) -> None:
    recordings.hold("clear", 0.0)  # type: ignore[attr-defined]
    recordings.hold("between", 0.25)  # type: ignore[attr-defined]
    clear, between = answering(abstain_below=0.8).predict_many(["clear", "between"])
    assert (clear.status, clear.label, clear.labels) == ("ok", "quiet", ("quiet",))
    assert (between.status, between.label, between.labels) == ("abstained", None, ())
    assert between.probability == max(between.probabilities.values()) < 0.8
    assert answering().predict("between").status == "ok"
    forced = replace(answering(abstain_below=0.8), threshold=0.0)
    assert forced.predict("between").label is not None


def test_a_timeline_abstains_window_by_window(recordings: object) -> None:
    recordings.hold("song", 0.0, 0.25, 1.0)  # type: ignore[attr-defined]
    windows = list(answering(abstain_below=0.8).timeline("song"))
    assert [window.label for window in windows] == ["quiet", None, "loud"]
    stream = io.StringIO()
    PredictionTable(stream, LABELS, 3).write(answering(abstain_below=0.8).timelines(["song"]))
    assert "0:00:02.0 - 0:00:04.0  not sure" in stream.getvalue()
    assert RATE == 1000


def test_no_label_is_an_answer_where_there_may_be_several(recordings: object) -> None:
    recordings.hold("between", 0.25)  # type: ignore[attr-defined]
    none = answering(multi_label=True, thresholds=dict.fromkeys(LABELS, 0.9)).predict("between")
    assert (none.status, none.label, none.labels) == ("ok", None, ())
    two = answering(multi_label=True, thresholds=dict.fromkeys(LABELS, 0.3)).predict("between")
    assert set(two.labels) == {"quiet", "medium"}


def test_table_tells_what_is_given() -> None:
    def shown(prediction: Prediction, several: bool) -> list[str]:
        stream = io.StringIO()
        PredictionTable(stream, list(SHARES), 2, several).write([prediction])
        return [" ".join(line.split()[:2]) for line in stream.getvalue().splitlines()]

    assert shown(BOTH, several=True) == ["b.wav 2.0", "rain 75.0%", "birds 25.0%"]
    assert shown(NONE, several=True)[1:] == ["rain 75.0%", "wind 50.0%"]
    stream = io.StringIO()
    PredictionTable(stream, list(SHARES), 2).write([UNSURE])
    assert stream.getvalue().splitlines()[0] == "a.wav  2.0 s  not sure"


def test_files_hold_status_and_labels() -> None:
    text = io.StringIO()
    write_csv([UNSURE, BOTH, NONE], text, list(SHARES), timeline=False)
    rows = list(csv.DictReader(io.StringIO(text.getvalue())))
    assert [(row["status"], row["label"], row["labels"]) for row in rows] == [
        ("abstained", "", ""), ("ok", "rain", "rain;birds"), ("ok", "", ""),
    ]  # fmt: skip
    text = io.StringIO()
    assert write_json([UNSURE, BOTH], text, timeline=False) == 0
    assert [found["labels"] for found in json.loads(text.getvalue())] == [[], ["rain", "birds"]]


def answers() -> Iterator[Window | Prediction]:
    """A file of two windows, and one that failed."""
    yield Window("b.wav", 0.0, 2.0, "rain", 0.75, SHARES, ("rain", "birds"))
    yield Window("b.wav", 2.0, 4.0, None, 0.75, SHARES)
    yield BOTH
    yield Prediction("d.wav", "failed", None, None, {}, 0, 0.0, "the file is empty")


@pytest.mark.parametrize("timeline", [False, True])
def test_parquet_holds_what_csv_holds(tmp_path: Path, timeline: bool) -> None:
    path, text = tmp_path / "out.parquet", io.StringIO()
    assert PredictionOutput(path, None, timeline, 3).write(answers(), list(SHARES)) == 1
    assert write_csv(answers(), text, list(SHARES), timeline) == 1
    table, rows = pl.read_parquet(path), list(csv.DictReader(io.StringIO(text.getvalue())))
    assert table.columns == list(rows[0])
    assert table.get_column("labels").list.join(";").to_list() == [row["labels"] for row in rows]
    for name in ("path", "status", "label", "reason"):
        assert table.get_column(name).fill_null("").to_list() == [row[name] for row in rows]
    assert table.get_column("p(wind)").to_list() == [0.5] * (len(rows) - 1) + [None]


def test_a_threshold_is_a_probability(tmp_path: Path) -> None:
    with pytest.raises(GenrekitError, match="5 is not a probability"):
        genrekit.load(tmp_path, threshold=5)


def test_parquet_needs_a_file() -> None:
    with pytest.raises(GenrekitError, match="not for the terminal"):
        PredictionOutput(None, Format.parquet, False, 3).write([BOTH], list(SHARES))
