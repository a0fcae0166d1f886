"""The report as a text: what it says, what it escapes, what it leaves out so that it stays small."""

from __future__ import annotations

import dataclasses
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from reporting import Parsed, answers, figures_of, guesses, report
from toy_runs import ToyRuns, write

from genrekit.chosen import EPOCH
from genrekit.outcome import Outcome
from genrekit.report.summary import meaning

HOSTILE = "</script><script>alert(1)</script>"
LABELS = ["high", "low", "middle"]


def tones(toy: ToyRuns) -> list[str]:
    """Six of the toy's recordings."""
    return [str(toy.tones / label / f"{index}.wav") for index in range(2) for label in LABELS]


def several_labels(paths: list[str]) -> Outcome:
    """Clips with no label, one, or two, of three."""
    truth = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0], [1, 0, 0]], dtype=bool)
    shares = np.array([[0.9, 0.8, 0.1], [0.2, 0.9, 0.1], [0.1, 0.2, 0.3], [0.4, 0.2, 0.3]], dtype=np.float32)
    rows = np.arange(4)
    return Outcome("test", LABELS, paths[:4], rows, [None] * 4, truth, shares, 0.5, multi_label=True)


def test_a_page_loads_nothing_and_runs_one_script(toy: ToyRuns) -> None:
    page = Parsed(report(toy, [guesses(6, LABELS, tones(toy))]))
    for attributes in (attributes for _, attributes in page.elements):
        for name in ("src", "href"):
            assert (attributes.get(name) or "#").startswith(("data:", "#")), attributes
    assert not page.all("iframe", "object", "embed", "base", "form")
    assert [one for one in page.all("script") if one.get("type") != "application/json"] == [{}]
    policy = next(one["content"] for one in page.all("meta") if one.get("http-equiv") == "Content-Security-Policy")
    assert str(policy).startswith("default-src 'none'")


def test_labels_paths_groups_and_reasons_are_text(toy: ToyRuns) -> None:
    labels = [f"a {HOSTILE}", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}"]
    outcome = dataclasses.replace(guesses(9, labels, [f"/x/{HOSTILE}/{i}.wav" for i in range(9)]), groups=[HOSTILE] * 9)
    data = {
        "notes": [HOSTILE],
        "parts": {"train": dict.fromkeys(labels, 1)},
        "quarantined": [{"path": HOSTILE, "reason": HOSTILE}],
        "noted": [{"path": HOSTILE, "notes": [HOSTILE]}],
    }
    file = report(toy, [dataclasses.replace(outcome, part="validation"), outcome], data)
    page = Parsed(file)
    assert len([one for one in page.all("script") if one.get("type") != "application/json"]) == 1
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert HOSTILE not in file.read_text()
    for shown in (*labels, HOSTILE):
        assert shown in page.text


def test_a_page_can_be_read_by_ear(toy: ToyRuns) -> None:
    validation = guesses(6, LABELS, tones(toy), "validation")
    page = Parsed(
        report(toy, [validation, guesses(6, LABELS, tones(toy))], {"quarantined": [{"path": "a", "reason": "b"}]})
    )
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(one.get("alt") for one in page.all("img"))
    assert all(one.get("aria-label") for one in page.all("audio"))
    assert all(one.get("scope") for one in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    assert page.elements[0] == ("html", {"lang": "en"})
    names = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(names) == len(set(names))
    inside = [str(one["href"])[1:] for one in page.all("a") if str(one.get("href")).startswith("#")]
    assert set(inside) <= set(names)
    assert all(one.get("aria-label") for tag, one in page.elements if tag == "svg" and one.get("role") == "img")


def test_figures_have_intervals_and_the_validation_parts_beside(toy: ToyRuns) -> None:
    paths = tones(toy)
    page = Parsed(report(toy, [guesses(6, LABELS, paths, "validation"), guesses(6, LABELS, paths)]))
    figures = figures_of(guesses(6, LABELS, paths))
    low, high = (figures["intervals"]["macro_f1"][end] for end in ("low", "high"))
    assert f"95 % interval {low:.3f} to {high:.3f}" in page.text
    assert f"validation {figures['macro_f1']:.3f}" in page.text
    assert "95 % intervals by the bootstrap over 4 groups, 1,000 times; only 4 groups." in page.text


def test_clips_with_kin_in_training_are_not_called_honest() -> None:
    leakage = {"part": "test", "all": {"clips": 6}, "clean": {"clips": 2}}
    tone, said = meaning({"best_epoch": 2, "epochs": 3, "leakage": leakage}, "test", 6, [EPOCH])
    assert tone == "bad"
    assert said.startswith("Flattering: 4 of these 6 test clips have a twin or a group mate in training")
    nobody = {"part": "test", "all": {"clips": 6}, "clean": {"clips": 6}}
    assert meaning({"best_epoch": 2, "epochs": 3, "leakage": nobody}, "test", 6, [EPOCH])[0] == "good"


def test_says_what_the_figure_may_be_taken_for(toy: ToyRuns) -> None:
    validation, test = (guesses(6, LABELS, tones(toy), part) for part in ("validation", "test"))
    assert (
        "Honest: these 6 test clips trained nothing and chose nothing" in Parsed(report(toy, [validation, test])).text
    )
    alone = Parsed(report(toy, [validation])).text
    assert "Flattering: these 6 validation clips also chose epoch 2 of 3" in alone


def test_says_that_the_last_epoch_was_chosen_by_nothing(toy: ToyRuns) -> None:
    validation, test = (guesses(6, LABELS, tones(toy), part) for part in ("validation", "test"))
    last = {"overrides": ["train.keep=last"], "best_epoch": 3}
    assert "Nothing chose: epoch 3, the last." in Parsed(report(toy, [validation, test], **last)).text
    assert "Nothing chose: epoch 3, the last." in Parsed(report(toy, [test], **last)).text
    alone = Parsed(report(toy, [validation], **last)).text
    assert "no test part, but these 6 clips chose nothing either" in alone


def test_a_page_of_a_hundred_thousand_clips_stays_small(toy: ToyRuns) -> None:
    labels = [f"some sound number {index}" for index in range(50)]
    paths = [f"/data/a long way down/{index % 50}/recording number {index}.wav" for index in range(100_000)]
    file = report(toy, [guesses(100_000, labels, paths, "validation"), guesses(100_000, labels, paths)])
    assert file.stat().st_size < 2_500_000
    assert "100,000 clips right" in Parsed(file).text


def test_many_classes_give_a_list_of_confusions_instead_of_a_matrix(toy: ToyRuns) -> None:
    page = Parsed(report(toy, [guesses(900, [f"species {index}" for index in range(300)])]))
    assert not [one for one in page.all("table") if "matrix" in (one.get("class") or "")]
    assert "Commonest confusions" in page.text


def test_several_labels_a_clip_have_no_matrix_and_mistakes_of_two_kinds(toy: ToyRuns) -> None:
    page = Parsed(report(toy, [several_labels(tones(toy))]))
    assert not [one for one in page.all("div") if one.get("class") == "confusion"]
    assert "Each label" in page.text
    assert "high, middle: middle missed" in page.text, "0.9 sure that it is not there, more than of 'low', which is not"
    assert "high: high missed" in page.text
    assert "The model misjudged 2 clips" in page.text


def test_a_clip_that_cannot_be_heard_is_told(toy: ToyRuns) -> None:
    paths = tones(toy)
    write(Path(paths[0]), np.zeros(10)).write_bytes(b"no sound")
    wrong = answers([0, 1], np.array([[0.0, 3.0, 0.0], [2.0, 0.0, 0.0]]), LABELS, paths[:2])
    page = Parsed(report(toy, [wrong]))
    assert len(page.all("audio")) == 1
    assert "No sound: cannot be decoded" in page.text


def test_without_mistakes_it_says_so(toy: ToyRuns) -> None:
    page = Parsed(report(toy, [answers([0, 1], 9 * np.eye(3)[:2], LABELS)]))
    assert "None: every clip of the test part is right." in page.text
    assert "Commonest confusions" not in page.text


def test_files_that_were_left_out_are_named_with_the_reason(toy: ToyRuns) -> None:
    data = {"quarantined": [{"path": f"/x/{index}.wav", "reason": "the file is empty"} for index in range(400)]}
    page = Parsed(report(toy, [guesses(6, LABELS)], data))
    assert "400 files could not be used and were left out" in page.text
    assert "/x/0.wav the file is empty" in page.text
    assert "The first 300; all are in data.json." in page.text


def meter(score: float, clean: dict[str, float]) -> dict[str, object]:
    """What the leak meter wrote into ``metrics.json``."""
    whole = {"macro_f1": score, "clips": 70}
    return {"part": "test", "clips": 70, "with_twin": 5, "with_group_mate": 15, "all": whole, "clean": clean}


@pytest.mark.parametrize(
    ("leakage", "said"),
    [
        (None, "Not measured here"),
        (meter(0.8, clean={"macro_f1": 0.6, "clips": 50}), "lift the macro F1 from 0.600 to 0.800"),
        (meter(0.8, clean={"macro_f1": 0.9, "clips": 50}), "without them the macro F1 is no lower"),
        (
            meter(0.8, clean={"clips": 0}),
            "70 of 70 clips have a twin (5) or a group mate (15) in training: none is left",
        ),
        (meter(0.8, clean={"macro_f1": 0.8, "clips": 70}), "nothing leaks"),
    ],
    ids=["unknown", "leaks", "harmless", "all", "clean"],
)
def test_leak_meter(toy: ToyRuns, leakage: object, said: str) -> None:
    assert said in Parsed(report(toy, [guesses(6, LABELS)], leakage=leakage)).text


def test_defaults_are_told_from_what_was_written(toy: ToyRuns) -> None:
    file = report(toy, [guesses(6, LABELS)], overrides=["model.width=8"])
    found = {
        text: state for state, text in re.findall(r'<span class="(written|default)">([^<]*)</span>', file.read_text())
    }
    assert found["epochs = 3"] == found["width = 8"] == found["use = &#34;toy-small&#34;"] == "written"
    assert found["exports = true"] == found["keep = &#34;macro_f1&#34;"] == "default"


def test_a_whole_run_leaves_its_page(toy: ToyRuns) -> None:
    page = Parsed(toy.run("split.test=true").folder / "report.html")
    assert "Honest: these 6 test clips" in page.text
    assert "share.svg" in page.text
    assert 'use = "toy-small"' in page.text


def test_what_validation_clips_chose_is_said_as_it_was() -> None:
    metrics = {"best_epoch": 3, "epochs": 3}
    tone, said = meaning(metrics, "validation", 6, ["the temperature", "the thresholds"])
    assert tone == "plain"
    assert "did not choose the epoch: the model is that of the last epoch, 3" in said
    assert "chose the temperature and the thresholds, and what rests on that flatters" in said
    assert meaning(metrics, "validation", 6, [])[0] == "good"
    assert meaning(metrics, "validation", 6, [EPOCH, "the temperature"])[0] == "bad"
    assert meaning(metrics, "test", 6, ["the temperature"])[1].endswith(
        "Validation clips chose the temperature; nothing chose epoch 3, the last."
    )
    assert meaning(metrics, "test", 6, [])[1].endswith("Nothing chose: epoch 3, the last.")
    assert meaning(metrics, "test", 6, [EPOCH, "the temperature"])[1].endswith(
        "Validation clips chose epoch 3 of 3 and the temperature."
    )
