"""`genrekit compare`: hand-made run folders, whose figures can be worked out on paper."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from scipy import stats

from genrekit.comparison.comparison import compare_runs
from genrekit.comparison.recipes import differences
from genrekit.errors import DataError, GenrekitError

Command = Callable[..., Any]

GOLDEN = Path(__file__).parent / "golden" / "compare.out"

RECIPE: dict[str, Any] = {
    "name": "small",
    "seed": 3,
    "dataset": {"use": "folder", "root": "/data/tones"},
    "augment": [{"use": "gain", "amount": 0.1}],
    "model": {"use": "crnn", "hidden_size": 64},
    "train": {"epochs": 5, "optimizer": {"use": "adam", "lr": 0.001}},
}


def make_run(
    folder: Path,
    right: Sequence[bool],
    *,
    groups: Sequence[str] | None = None,
    part: str = "test",
    root: str = "/data/tones",
    names: Sequence[str] | None = None,
    label: str = "high",
    **recipe: Any,
) -> Path:
    """A run folder whose clips are ``label``, answered so, or otherwise "low"."""
    folder.mkdir(parents=True)
    told = RECIPE | {"dataset": {"use": "folder", "root": root}} | recipe
    (folder / "recipe.toml").write_text(tomli_w.dumps(told))
    accuracy = sum(right) / len(right)
    metrics = {part: {"accuracy": accuracy, "n_clips": len(right), "intervals": {"accuracy": {"low": 0.25, "high": 1}}}}
    (folder / "metrics.json").write_text(json.dumps(metrics | {"best_epoch": 1, "epochs": 5, "stopped": None}))
    with (folder / "predictions.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["part", "path", "start_s", "duration_s", "group", "label", "predicted", "probability", "p(high)", "p(low)"]
        )
        for index, good in enumerate(right):
            path = f"{root}/{names[index] if names else f'{index}.wav'}"
            said = label if good else "low"
            group = groups[index] if groups else ""
            writer.writerow([part, path, "0", "", group, label, said, "0.9", *((0.9, 0.1) if good else (0.1, 0.9))])
    return folder


RIGHT = [True] * 6 + [False] * 4
OTHER = [True] * 5 + [False] + [True] * 3 + [False]


def test_terminal_output(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_run(Path("runs/small/2026-01-01"), RIGHT)
    make_run(Path("runs/large/2026-01-01"), RIGHT, name="large")
    make_run(
        Path("runs/large/2026-01-02"), OTHER, name="large", model={"use": "crnn", "hidden_size": 256},
        train={"epochs": 5, "optimizer": {"use": "adam", "lr": 0.0003}, "stop_early": {"patience": 2}},
    )  # fmt: skip
    answer = command("compare", "runs/small", "runs/large")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == GOLDEN.read_text()


def test_json_has_everything(command: Command, tmp_path: Path) -> None:
    runs = [make_run(tmp_path / "a", RIGHT), make_run(tmp_path / "b", OTHER, seed=4), make_run(tmp_path / "c", RIGHT)]
    told = json.loads(command("compare", *runs, "--json").out)
    assert [run["figures"] for run in told["runs"]] == [{"accuracy": 0.6}, {"accuracy": 0.8}, {"accuracy": 0.6}]
    assert told["recipe"] == {"seed": [3, 4, 3]}
    against, same = told["pairs"]
    counts = {name: against[name] for name in ("both", "only_first", "only_other", "neither")}
    assert counts == {"both": 5, "only_first": 1, "only_other": 3, "neither": 1}
    assert against["p"] == pytest.approx(stats.binomtest(1, 4, 0.5).pvalue)
    assert against["difference"] == pytest.approx(0.2)
    assert [clip["path"] for clip in against["disagreements"]] == ["5.wav", "6.wav", "7.wav", "8.wav"]
    assert (same["p"], same["difference"], same["disagreements"]) == (1.0, 0.0, [])


def test_groups_of_the_clips_are_used(tmp_path: Path) -> None:
    groups = [f"speaker {index // 2}" for index in range(10)]
    runs = [make_run(tmp_path / "a", RIGHT, groups=groups), make_run(tmp_path / "b", OTHER, groups=groups)]
    (pair,) = compare_runs(runs).pairs
    assert (pair.paired.test, pair.paired.units) == ("groups", 5)
    # Speakers' sums are 0, 0, -1, 2, 1: of the eight sign patterns of three, six reach 2 or -2.
    assert pair.paired.p == pytest.approx(6 / 8)


def test_only_shared_clips_are_compared_and_it_says_so(command: Command, tmp_path: Path) -> None:
    first = make_run(tmp_path / "a", [True, True, False, False])
    other = make_run(tmp_path / "b", [False, True], names=["2.wav", "3.wav"], part="validation")
    answer = command("compare", first, other)
    assert answer.code == 0
    assert answer.err.splitlines() == [
        "warning: compared on the 2 clips that both report on, of 4 and 2",
        "warning: one reports on test clips, the other on validation clips",
        "warning: validation clips chose the epoch that is compared on them, so the figures flatter",
    ]
    assert "right on the 2 clips of both: 0.0% and 50.0%, a difference of +50.0 points" in answer.out


def test_nothing_in_common_is_an_error(tmp_path: Path) -> None:
    runs = [make_run(tmp_path / "a", RIGHT), make_run(tmp_path / "b", [True, True], names=["x.wav", "y.wav"])]
    with pytest.raises(DataError, match="have no clip in common") as caught:
        compare_runs(runs)
    assert "reports on 10 test clips such as 0.wav" in str(caught.value)
    assert "reports on 2 test clips such as x.wav" in str(caught.value)


def test_clips_with_another_label_are_left_out(tmp_path: Path) -> None:
    runs = [make_run(tmp_path / "a", RIGHT), make_run(tmp_path / "b", RIGHT, label="middle")]
    with pytest.raises(DataError, match="have no clip in common"):
        compare_runs(runs)


def test_data_sets_in_two_places_are_one(tmp_path: Path) -> None:
    runs = [make_run(tmp_path / "a", RIGHT), make_run(tmp_path / "b", OTHER, root="/home/me/tones")]
    (pair,) = compare_runs(runs).pairs
    assert pair.paired.clips == 10
    assert pair.notes == []


def test_a_series_answers_each_clip_with_each_seed(tmp_path: Path) -> None:
    """One run against two seeds: per clip the share of right answers is compared, clip by clip."""
    single, series = make_run(tmp_path / "a", RIGHT), make_run(tmp_path / "b", RIGHT)
    lines = (series / "predictions.csv").read_text().splitlines()
    second = (make_run(tmp_path / "c", OTHER) / "predictions.csv").read_text().splitlines()[1:]
    (series / "predictions.csv").write_text("\n".join([*lines, *second]) + "\n")
    figures = {"accuracy": {"mean": 0.7, "std_over_folds": None, "std_over_seeds": 0.14}}
    (series / "summary.json").write_text(json.dumps({"figures": figures, "runs": []}))
    (pair,) = (comparison := compare_runs([single, series])).pairs
    assert (pair.paired.clips, pair.paired.first) == (10, 0.6)
    assert pair.paired.other == pytest.approx(0.7)
    assert pair.paired.both is None
    assert pair.paired.test == "groups"
    assert comparison.as_json()["runs"][1]["spread"] == figures
    assert [clip.other for clip in pair.disagreements] == ["high, low", "low, high", "low, high", "low, high"]


def test_page(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    make_run(Path("a"), RIGHT)
    make_run(Path("b"), OTHER, names=[f"<b>{index}.wav" if index == 8 else f"{index}.wav" for index in range(10)])
    make_run(Path("c"), OTHER, seed=4)
    assert command("compare", "a", "b", "c", "--html", "page.html").out.endswith("\npage page.html\n")
    page = Path("page.html").read_text()
    assert "<b>" not in page.partition("<main")[2]
    assert "McNemar&#39;s exact test" in page
    assert page.count("against a</h2>") == 2
    assert "of 10 and 10" in page


def test_recipes_that_do_not_differ(command: Command, tmp_path: Path) -> None:
    answer = command("compare", make_run(tmp_path / "a", RIGHT), make_run(tmp_path / "b", OTHER))
    assert answer.out.startswith("the recipes do not differ\n")


def test_options_of_other_components_are_listed_only_where_written() -> None:
    recipes: list[dict[str, Any]] = [
        {"model": {"use": "crnn", "hidden": 64, "dropout": 0.3}, "train": {"epochs": 5, "amend": True}},
        {"model": {"use": "resnet", "width": 1, "depth": 18}, "train": {"epochs": 5, "amend": 1}},
    ]
    written: list[dict[str, Any]] = [{"model": {"use": "crnn"}}, {"model": {"use": "resnet", "depth": 18}}]
    assert differences(recipes, written) == {
        "model.use": ["crnn", "resnet"],
        "model.depth": [None, 18],
        "train.amend": [True, 1],
    }


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        (["a"], "two runs or more can be compared"),
        (["a", "nowhere"], "there is no run at nowhere"),
        (["a", "unfinished"], "the run unfinished has no figures yet"),
        (["a", "broken"], "cannot read broken/metrics.json"),
    ],
)
def test_what_cannot_be_compared(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runs: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    make_run(Path("a"), RIGHT)
    (make_run(Path("unfinished"), RIGHT) / "metrics.json").unlink()
    (make_run(Path("broken"), RIGHT) / "metrics.json").write_text("{")
    answer = command("compare", *runs)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(message)
    with pytest.raises(GenrekitError):
        compare_runs(runs)


def test_latest_may_be_a_text_file(tmp_path: Path) -> None:
    make_run(tmp_path / "runs" / "small" / "one", RIGHT)
    (tmp_path / "runs" / "latest").write_text("small/one\n")
    other = make_run(tmp_path / "other", OTHER)
    assert compare_runs([tmp_path / "runs" / "latest", other]).pairs[0].paired.clips == 10


def test_comparing_imports_neither_torch_nor_plugins(tmp_path: Path) -> None:
    runs = [str(make_run(tmp_path / name, RIGHT)) for name in ("a", "b")]
    code = f"import sys; from genrekit.cli import main; assert main(['compare', *{runs!r}]) == 0; "
    code += "print(sorted({'torch', 'sklearn', 'polars', 'genrekit_builtins'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
