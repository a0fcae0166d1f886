"""What is fitted on the validation part, and what is left alone without one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as sk
from test_calibration import drawn, outcome_of

import genrekit
from genrekit import answering
from genrekit.abstention import answered, threshold_for
from genrekit.recipe.sections import Answers
from genrekit.thresholds import best_thresholds


def sure(*answers: tuple[float, bool]) -> genrekit.Outcome:
    """Clips of two labels, answered with those probabilities, right or not."""
    shares = np.asarray([[share, 1 - share] for share, _ in answers])
    truth = np.asarray([[right, not right] for _, right in answers])
    return replace(outcome_of(np.log(shares), truth), probabilities=shares.astype(np.float32))


def test_abstains_below_the_lowest_threshold_that_is_right_often_enough() -> None:
    some = sure((0.95, True), (0.9, True), (0.8, False), (0.7, True), (0.6, False))
    assert threshold_for(some, 1.0) == pytest.approx(0.85)
    assert threshold_for(some, 0.75) == pytest.approx(0.65)
    assert threshold_for(some, 0.6) == 0
    assert threshold_for(sure((0.9, False), (0.6, True)), 0.9) is None
    told = answered(some, 0.85)
    assert told == {"abstain_below": 0.85, "coverage": 0.4, "answered": 2, "accuracy": 1.0}
    assert answered(some, 0.99)["accuracy"] is None


def test_clips_of_one_probability_are_answered_together() -> None:
    some = sure((0.9, True), (0.8, True), (0.8, False), (0.6, False))
    assert threshold_for(some, 1.0) == pytest.approx(0.85)


@given(
    st.lists(st.tuples(st.integers(51, 99), st.booleans()), min_size=1, max_size=20), st.sampled_from([0.5, 0.8, 1.0])
)
def test_threshold_against_trying_all(answers: list[tuple[int, bool]], accuracy: float) -> None:
    some = sure(*((share / 100, right) for share, right in answers))
    found = threshold_for(some, accuracy)
    coverages = []
    for least in {share for share, _ in answers}:
        kept = [right for share, right in answers if share >= least]
        coverages += [len(kept)] if sum(kept) >= accuracy * len(kept) - 1e-9 else []
    assert (0 if found is None else answered(some, found)["answered"]) == max(coverages, default=0)


def test_label_thresholds_have_the_highest_f1() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random((60, 3)) < [0.5, 0.2, 0.0]
    some = outcome_of(rng.normal(size=(60, 3)) + 2 * truth - 1, truth, multi_label=True)
    found = best_thresholds(some)
    assert found[2] == 0.5, "no clip has that label"
    for label in range(2):
        shares = some.probabilities[:, label]
        reached = sk.f1_score(truth[:, label], shares >= found[label])
        assert reached == pytest.approx(max(sk.f1_score(truth[:, label], shares >= each) for each in shares))


def test_of_thresholds_as_good_the_one_nearest_to_a_half() -> None:
    truth = np.asarray([[True, True], [False, False]])
    logits = np.asarray([[9.0, 9.0], [-9.0, 8.0]])
    found = best_thresholds(outcome_of(logits, truth, multi_label=True))
    assert found[0] == pytest.approx(0.5)
    assert 1 / (1 + np.exp(-8)) < found[1] < 1 / (1 + np.exp(-9))


def test_fit_and_apply_one_label() -> None:
    validation = drawn(3.0)
    test = replace(drawn(3.0, seed=1), part="test")
    found = answering.fit(Answers(abstain_accuracy=0.9), [validation, test], validation.labels, multi_label=False)
    assert found.answers.temperature == pytest.approx(3, rel=0.08)
    assert found.answers.thresholds is None
    after = found.apply(test)
    said = found.describe(test, after)
    assert said["calibration"]["after"]["log_loss"] < said["calibration"]["before"]["log_loss"]
    assert said["abstention"]["abstain_below"] == found.answers.abstain_below
    assert said["abstention"]["accuracy"] == pytest.approx(0.9, abs=0.03)
    assert 0.1 < said["abstention"]["coverage"] < 0.9


def test_fit_several_labels() -> None:
    validation = drawn(2.0, multi_label=True)
    found = answering.fit(Answers(), [validation], validation.labels, multi_label=True)
    assert found.answers.multi_label
    assert set(found.answers.thresholds or {}) == set(validation.labels)
    after = found.apply(validation)
    assert after.thresholds is not None
    assert sk.f1_score(after.truth, after.given, average="macro") >= sk.f1_score(
        after.truth, replace(after, thresholds=None).given, average="macro"
    )
    fixed = answering.fit(Answers(thresholds=0.25), [validation], validation.labels, multi_label=True)
    assert fixed.answers.thresholds == dict.fromkeys(validation.labels, 0.25)


def test_without_a_validation_part_nothing_is_fitted() -> None:
    test = replace(drawn(3.0, clips=50), part="test")
    found = answering.fit(Answers(abstain_accuracy=0.9), [test], test.labels, multi_label=False)
    assert found.answers.temperature == 1
    assert found.temperature.reason == "there is no validation part"
    assert found.answers.abstain_below is None
    assert "no validation part" in found.notes[0]
    several = replace(drawn(1.0, clips=50, multi_label=True), part="test")
    tagged = answering.fit(Answers(), [several], several.labels, multi_label=True)
    assert tagged.answers.thresholds == dict.fromkeys(several.labels, 0.5)


def test_what_the_recipe_wants_outright_is_had() -> None:
    validation = drawn(3.0, clips=50)
    found = answering.fit(Answers(temperature=False, abstain_below=0.7), [validation], validation.labels, False)
    assert found.answers.temperature == 1
    assert found.answers.abstain_below == 0.7
    assert found.apply(validation).probabilities.tolist() == validation.probabilities.tolist()


def test_an_accuracy_that_cannot_be_had_is_said() -> None:
    never = sure((0.9, False), (0.6, False))
    found = answering.fit(Answers(abstain_accuracy=0.9), [never], never.labels, multi_label=False)
    assert found.answers.abstain_below is None
    assert found.notes == (
        "no threshold gives an accuracy of 0.9 among the answered on the validation clips; the model answers always",
    )


def test_nothing_is_withheld_where_all_answers_are_good_enough() -> None:
    always = sure((0.9, True), (0.6, True))
    found = answering.fit(Answers(abstain_accuracy=0.9), [always], always.labels, multi_label=False)
    assert found.answers.abstain_below is None
    assert found.notes == (
        "all answers on the validation clips together reach an accuracy of 0.9 among the answered; "
        "the model answers always",
    )


@pytest.mark.parametrize(
    "options", [{"abstain_below": 0.5, "abstain_accuracy": 0.9}, {"thresholds": 1.5}, {"abstain_below": 1.0}]
)
def test_options_that_make_no_sense_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"abstain|thresholds"):
        Answers(**options)  # type: ignore[arg-type]
