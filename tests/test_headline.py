"""Headline figures in the terminal and in the model card."""

from __future__ import annotations

import json

import pytest

from genrekit import bundle
from genrekit.headline import account, headline
from genrekit.model_card import model_card

FIGURES = {
    "accuracy": 0.75,
    "macro_f1": 0.7188,
    "mean_average_precision": 0.9,
    "expected_calibration_error": 0.031,
    "intervals": {"macro_f1": {"low": 0.5512, "high": 0.8433}, "accuracy": {"low": 0.7449, "high": 0.7551}},
    "bootstrap": {"level": 0.95, "resampled": "groups", "units": 4, "resamples": 1000, "note": "only 4 groups"},
    "calibration": {
        "temperature": 1.4,
        "before": {"expected_calibration_error": 0.081},
        "after": {"expected_calibration_error": 0.031},
    },
    "abstention": {"abstain_below": 0.62, "coverage": 0.83, "accuracy": 0.95},
}


def test_figures_with_intervals_in_digits_that_they_bear() -> None:
    assert headline(FIGURES) == ("accuracy 0.750 (0.745–0.755), macro F1 0.72 (0.55–0.84), calibration error 0.0310")
    assert headline({"mean_average_precision": None, "macro_f1": 0.5}) == (
        "mean average precision undefined, macro F1 0.5000"
    )


def test_account_of_what_figures_rest_on() -> None:
    assert list(account(FIGURES, "test")) == [
        "in brackets: 95% intervals, 1000 draws of 4 groups",
        "temperature 1.4: test calibration error 8.1% -> 3.1%",
        "below a probability of 62.0% it abstains: 83.0% of the test clips are answered, 95.0% of them right",
    ]
    assert list(account({"accuracy": 1.0}, "test")) == []


@pytest.fixture
def manifest() -> bundle.Manifest:
    """A model of two labels."""
    part = bundle.Part(options={"use": "thing"}, distribution="none", version="1")
    return bundle.Manifest(
        name="weather",
        genrekit="1",
        created="2026-11-22T10:00:00",
        labels=["rain", "wind"],
        audio=bundle.Audio(sample_rate=1000, window_samples=2000, minimum_samples=100, any_length=True),
        features=part,
        model=part,
        answers=bundle.Answers(temperature=1.4, abstain_below=0.62),
        feature_shape=(1, 1, 1),
        parameters=1,
        onnx_difference=None,
        onnx_missing=None,
        plugins={},
        metrics={"validation": FIGURES, "best_epoch": 3},
        files={},
    )


def test_card_says_what_figures_mean_and_what_the_model_does(manifest: bundle.Manifest) -> None:
    card = model_card(manifest, "the epoch and the temperature")
    for said in (
        "gives recordings one label",
        "Calibration: logits are divided by a temperature of 1.4",
        "Abstention: no answer below a probability of 62.0%",
        "| validation | 0.750 (0.745–0.755) |",
        "The validation clips chose the epoch and the temperature; only test figures are of clips that chose nothing, "
        "and there are none here: the figures above flatter.",
        "In brackets: 95% intervals, 1000 draws of 4 groups.",
        "Note: only 4 groups.",
    ):
        assert said in card
    assert "chose" not in model_card(manifest)


def test_card_of_a_tagger(manifest: bundle.Manifest) -> None:
    answers = bundle.Answers(multi_label=True, thresholds={"rain": 0.5, "wind": 0.125})
    card = model_card(manifest.model_copy(update={"answers": answers}))
    assert "any number of labels" in card
    assert "A label is given from its threshold on: rain 50.0%, wind 12.5%" in card


def test_a_manifest_without_answers_is_read_as_before(manifest: bundle.Manifest) -> None:
    old = json.loads(manifest.model_dump_json())
    del old["answers"]
    assert bundle.Manifest.model_validate(old).answers == bundle.Answers()
    with pytest.raises(ValueError, match="temperature"):
        bundle.Manifest.model_validate(old | {"answers": {"temperature": 0}})
