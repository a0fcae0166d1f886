"""Going on with a run: from within an epoch, on the recipe it was begun with, with its history whole."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from test_running import Notebook, history, weights
from toy_runs import ToyRuns

from genrekit import checkpoint, errors, finishing, resuming, running
from genrekit.export import Export
from genrekit.processes import Processes
from genrekit.training import alarm, loop
from genrekit.trees import flatten, restore


@pytest.fixture(autouse=True)
def _no_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finishing, "export_checked", lambda *_: Export(reason="left out"))


class EndedError(Exception):
    """Stands for a process that ends at once."""


def stopped_within(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch, epoch: int, step: int, *options: str) -> Path:
    """The folder of a run that ended after that step of that epoch, with a checkpoint of every step."""
    original = loop.Training._save_checkpoint

    def ending(self: Any) -> None:
        original(self)
        if (self.progress.epoch, self.progress.step) == (epoch - 1, step):
            raise EndedError

    with monkeypatch.context() as patch:
        patch.setattr(loop.Training, "_save_checkpoint", ending)
        with pytest.raises(EndedError):
            toy.run("checkpoint.every_minutes=1e-9", *options)
    return max((toy.root / "runs" / "toy").iterdir())


@pytest.mark.parametrize(("epoch", "step"), [(1, 1), (2, 3), (3, 5)])
def test_run_goes_on_within_an_epoch(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch, epoch: int, step: int) -> None:
    whole = toy.run().folder
    folder = stopped_within(toy, monkeypatch, epoch, step)
    before = checkpoint.read(folder / "checkpoints" / "last.safetensors").progress
    assert (before.epoch, before.step) == (epoch - 1, step)
    running.resume_run(folder, store=toy.root / "store")
    assert weights(folder) == weights(whole)
    assert history(folder) == history(whole)


def test_alarm_counts_from_what_was_saved_last(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(alarm.time, "monotonic", lambda: now)
    clock, never = alarm.Alarm(60, 100.0), alarm.Alarm(0, 100.0)
    due = []
    for now in (159.9, 160.0, 161.0):  # noqa: B007
        due.append((clock.due(), never.due()))
    assert due == [(False, False), (True, False), (True, False)]
    clock.saved()
    assert not clock.due()
    now = 221.0
    assert clock.due()


def test_epochs_alone_where_minutes_are_none(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[tuple[int, int]] = []
    original = checkpoint.save

    def noting(path: Path, progress: Any, *arguments: Any) -> None:
        saved.append((progress.epoch, progress.step))
        original(path, progress, *arguments)

    monkeypatch.setattr(checkpoint, "save", noting)
    toy.run("checkpoint.every_minutes=0")
    assert saved == [(1, 0), (2, 0), (3, 0)]
    del saved[:]
    toy.run("checkpoint.every_minutes=1e-9", "train.epochs=1")
    assert saved == [(0, 1), (0, 2), (0, 3), (0, 4), (0, 5), (1, 0)]


def edit(folder: Path, pattern: str, by: str) -> None:
    """Change the run folder's recipe, as people do."""
    path = folder / "recipe.toml"
    changed, count = re.subn(pattern, by, path.read_text(), count=1, flags=re.MULTILINE)
    assert count == 1
    path.write_text(changed)


@pytest.mark.parametrize(
    ("pattern", "by", "told"),
    [
        (r"^width = 8$", "width = 9", "model.width was 8, is 9"),
        (r"^lr = 0.01$", "lr = 0.02", "train.optimizer.lr was 0.01, is 0.02"),
        (r"^seed = 3$", "seed = 4", "seed was 3, is 4"),
        (r"^bands = 8$", "bands = 4", "features.bands was 8, is 4"),
        (r"^overlap = 0.0$", "overlap = 0.5", "answers.overlap was 0.0, is 0.5"),
        (r"^batch_size = 5$", "batch_size = 6", "train.batch_size was 5, is 6"),
        (r"probability = 0.5", "probability = 0.6", "augment.0.probability was 0.5, is 0.6"),
    ],
)
def test_recipe_changed_after_training_began_is_refused(
    toy: ToyRuns, monkeypatch: pytest.MonkeyPatch, pattern: str, by: str, told: str
) -> None:
    folder = stopped_within(toy, monkeypatch, 2, 1)
    edit(folder, pattern, by)
    with pytest.raises(errors.TrainingError, match="the recipe was changed after training had begun") as caught:
        running.resume_run(folder, store=toy.root / "store")
    assert told in str(caught.value)
    assert f"genrekit run {folder / 'recipe.toml'}" in str(caught.value)


def test_what_decides_nothing_may_be_changed(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = toy.run().folder
    folder = stopped_within(toy, monkeypatch, 2, 1)
    edit(folder, r"^workers = 2$", "workers = 1")
    edit(folder, r"^every_minutes = .*$", "every_minutes = 3")
    narrator = Notebook()
    running.resume_run(folder, store=toy.root / "store", narrator=narrator)
    assert weights(folder) == weights(whole)
    assert not any("changed" in said or "elsewhere" in said for said in narrator.said)


def test_what_may_be_changed_with_another_result_is_told(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stopped_within(toy, monkeypatch, 2, 1)
    edit(folder, r"^epochs = 3$", "epochs = 4")
    edit(folder, r"^batch_size = 5$", "batch_size = 5\nmicro_batch_size = 2")
    narrator = Notebook()
    assert running.resume_run(folder, store=toy.root / "store", narrator=narrator).metrics["epochs"] == 4
    told = [said for said in narrator.said if "the recipe was changed on the way" in said]
    assert [said.rpartition(": ")[2] for said in told] == [
        "train.epochs was 3, is 4",
        "train.micro_batch_size was none, is 2",
    ]


def test_other_machine_is_told(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = stopped_within(toy, monkeypatch, 1, 1)
    about = json.loads((folder / "environment.json").read_text())
    about["packages"]["torch"], about["cpu"]["name"] = "2.11.0", "Another"
    (folder / "environment.json").write_text(json.dumps(about))
    (told,) = resuming.moved(folder)
    assert told.startswith("the run was begun elsewhere, so the last bits may differ: torch was")
    assert 'cpu was "Another", is ' in told
    (folder / "environment.json").write_text("{")
    assert resuming.moved(folder) == []


def test_options_that_only_one_version_knows_are_no_change() -> None:
    assert resuming.changes({"model.old": 1, "seed": 3}, {"model.new": 2, "seed": 3}, Path()) == []


@pytest.mark.parametrize("mishap", ["cut", "gone", "other"])
def test_history_that_is_not_the_checkpoints_is_told(
    toy: ToyRuns, monkeypatch: pytest.MonkeyPatch, mishap: str
) -> None:
    folder = stopped_within(toy, monkeypatch, 3, 1)
    path = folder / "history.jsonl"
    lines = path.read_text().splitlines()
    assert len(lines) == 2
    {
        "cut": lambda: path.write_text(lines[0] + "\n"),
        "gone": path.unlink,
        "other": lambda: path.write_text(lines[0] + "\n{"),
    }[mishap]()
    with pytest.raises(errors.TrainingError, match=r"history\.jsonl") as caught:
        running.resume_run(folder, store=toy.root / "store")
    assert "remove checkpoints/last.safetensors" in str(caught.value)
    (folder / "checkpoints" / "last.safetensors").unlink()
    assert running.resume_run(folder, store=toy.root / "store").metrics["epochs"] == 3


@pytest.mark.parametrize("content", [b"", b"x" * 100, None], ids=["empty", "noise", "cut"])
def test_checkpoint_that_is_none_is_told(toy: ToyRuns, monkeypatch: pytest.MonkeyPatch, content: bytes | None) -> None:
    folder = stopped_within(toy, monkeypatch, 1, 1)
    path = folder / "checkpoints" / "last.safetensors"
    path.write_bytes(path.read_bytes()[:-9] if content is None else content)
    with pytest.raises(errors.TrainingError, match=r"the checkpoint .* cannot be used") as caught:
        running.resume_run(folder, store=toy.root / "store")
    assert "remove that file: the run then begins anew" in str(caught.value)


def test_state_keeps_its_layout_in_memory() -> None:
    tree = {
        "last": torch.arange(120.0).reshape(2, 3, 4, 5).to(memory_format=torch.channels_last),
        "turned": torch.arange(6.0).reshape(2, 3).t(),
        "usual": torch.arange(6.0).reshape(2, 3),
        "spread": torch.arange(3.0).expand(4, 3),
        "number": torch.tensor(3.0),
    }
    tensors: dict[str, torch.Tensor] = {}
    back = restore(json.loads(json.dumps(flatten(tree, tensors, "state"))), tensors)
    assert all(tensor.is_contiguous() for tensor in tensors.values())
    for name, tensor in tree.items():
        assert torch.equal(back[name], tensor)
        assert back[name].stride() == tensor.stride() or name == "spread"


# Several processes


class Apart(Processes):
    """One of two processes whose partner is a note in a list."""

    def agree(self, value: Any) -> Any:
        if self.first:
            SAID.append(value)
        return SAID[-1]


SAID: list[Any] = []


def test_what_fails_in_the_first_process_fails_in_all() -> None:
    first, second = Apart(0, 2), Apart(1, 2)

    def failing() -> None:
        raise errors.DataError("no clips")

    with pytest.raises(errors.DataError, match="no clips"):
        first.by_first(failing)
    with pytest.raises(errors.TrainingError, match="the first process of this run has failed") as caught:
        second.by_first(lambda: pytest.fail("work of the first alone"))
    assert "DataError: no clips" in str(caught.value)
    assert first.by_first(lambda: 3) == 3
    assert second.by_first(lambda: pytest.fail("work of the first alone")) is None
