"""Each check of the contract suite catches who breaks it, and says what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest
import toy_plugin
from batch_sins import Halves, augmenter_sins, mixer_sins
from clip_sins import dataset_sins, evaluator_sins, splitter_sins
from common_sins import COMMON
from executor_sins import executor_sins
from learning_sins import Squares, loss_sins, training_sins
from network_sins import feature_sins, model_sins
from sins import Sin, changed

import genrekit
from genrekit import testing
from genrekit.testing.contract import CHECKS, Case, results


def failing(component: genrekit.Component, check: str, folder: Path) -> str:
    """What a check says of a component that fails it."""
    (wanted,) = [each for each in (*CHECKS[""], *CHECKS[component.kind]) if each.title == check]
    from genrekit.testing.contract import result

    found = result(wanted, Case(component, folder))
    assert found.status == "failed", f"{component!r} passes '{check}': {found}"
    return found.detail


@pytest.mark.parametrize(("make", "check", "said"), COMMON, ids=lambda value: getattr(value, "__name__", None))
def test_what_all_kinds_have_in_common(make: Any, check: str, said: str, tmp_path: Path) -> None:
    assert said in failing(make(), check, tmp_path)


SINS: list[Callable[[], list[Sin]]] = [
    feature_sins, model_sins, augmenter_sins, mixer_sins, splitter_sins, evaluator_sins, executor_sins, training_sins,
    loss_sins,
]  # fmt: skip


@pytest.mark.parametrize("sins", SINS, ids=lambda sins: sins.__name__)
def test_sins_are_found(sins: Callable[[], list[Sin]], tmp_path: Path) -> None:
    for number, sin in enumerate(sins()):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert sin.said in failing(sin.component, sin.check, folder), sin


def test_a_data_sets_sins_are_found(tmp_path: Path) -> None:
    folder = testing.write_tones(tmp_path / "tones", per_class=1)
    for sin in dataset_sins(folder):
        assert sin.said in failing(sin.component, sin.check, tmp_path), sin


def test_heavy_imports_are_found(tmp_path: Path) -> None:
    from genrekit.local_plugin import imported

    path = tmp_path / "heavy.py"
    path.write_text(
        "from typing import Literal\nimport polars\nimport genrekit\n\nclass Heavy(genrekit.Optimizer):\n"
        '    "Heavy."\n    use: Literal["heavy"] = "heavy"\n'
    )
    with imported(path) as loaded:
        said = failing(loaded.Heavy(), "imports nothing heavy", tmp_path)
    assert said.startswith("importing genrekit_local_heavy imports polars; import it in the method that needs it")


GOOD = [
    toy_plugin.Bands(), toy_plugin.Louder(), toy_plugin.Small(), toy_plugin.Descent(), toy_plugin.Halving(),
    toy_plugin.Share(), toy_plugin.Threads(), Squares(), Halves(),
]  # fmt: skip


@pytest.mark.parametrize("component", GOOD, ids=lambda component: component.use)
def test_who_keeps_the_contract_passes(component: Any, tmp_path: Path) -> None:
    found = list(results(component, tmp_path))
    assert [one for one in found if one.status == "failed"] == []
    assert len(found) >= 10


def test_what_cannot_be_exported_is_skipped_with_the_reason(tmp_path: Path) -> None:
    found = {one.check: one for one in results(toy_plugin.Small(exports=False), tmp_path)}
    assert found["export"].status == "skipped"
    assert found["export"].detail.startswith("cannot be exported, so predictions need torch and this plugin: ")


def test_one_call_names_everything_that_is_wrong() -> None:
    class Bare(toy_plugin.Louder):
        use: Literal["bare"] = "bare"  # type: ignore[assignment]

        def apply(self, batch: Any, draws: Any) -> Any:
            return batch

    with pytest.raises(AssertionError) as caught:
        testing.check_augmenter(Bare())
    lines = str(caught.value).splitlines()
    assert lines[0] == "augmenter bare breaks its contract:"
    assert {"- documented", "- pickled", "- input untouched"} <= {line.partition(":")[0] for line in lines}


def test_a_check_that_raises_anything_else_fails_with_its_explanation(tmp_path: Path) -> None:
    class Broken(toy_plugin.Threads):
        """Opens nothing."""

        tells: ClassVar[str] = ""

        def open(self) -> Any:
            raise OSError("no room")

    said = failing(Broken(), "runs jobs", tmp_path)
    assert said.startswith("OSError: no room; Each job's result")


def test_an_augmenter_may_say_that_it_resizes(tmp_path: Path) -> None:
    crop = {"apply": lambda self, batch, draws: batch[..., :1]}
    resizing = changed(toy_plugin.Louder, resizes=True, **crop)()
    found = {one.check: one.status for one in results(resizing, tmp_path)}
    assert found["shape and type kept"] == "passed"
    fewer = changed(toy_plugin.Louder, resizes=True, apply=lambda self, batch, draws: batch[:, :1, :1])()
    assert "became" in failing(fewer, "shape and type kept", tmp_path)
