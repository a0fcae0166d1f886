"""Each check of the contract suite catches who breaks it, and says what to do."""

from __future__ import annotations

import concurrent.futures
import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple

import pytest
import toy_plugin
from pydantic import ConfigDict

import genrekit
from genrekit import testing
from genrekit.testing.contract import CHECKS, Case, results


class Sin(NamedTuple):
    """A component, the check that it fails, and part of what is said."""

    component: genrekit.Component
    check: str
    said: str


def changed(base: type[genrekit.Component], **members: Any) -> Any:
    """A component of ``base``, toy plugin's, that does something else; pickled by its name in this module."""
    name = f"{base.__name__}{len(MADE)}"
    cls = type(name, (base,), {"__doc__": "Somebody's mistake.", "__module__": __name__, **members})
    MADE[name] = globals()[name] = cls
    return cls


MADE: dict[str, type[genrekit.Component]] = {}


def _undocumented() -> genrekit.Component:
    return changed(toy_plugin.Louder, __doc__=None)()


def _no_description() -> genrekit.Component:
    class Bare(genrekit.Optimizer):
        """An option without a word."""

        use: Literal["bare"] = "bare"
        lr: float = 0.1

    return Bare()


def _no_type() -> genrekit.Component:
    return changed(toy_plugin.Descent, __annotations__={"how": Any}, how=genrekit.Field(1, description="how"))()


def _thawed() -> genrekit.Component:
    return changed(toy_plugin.Descent, model_config=ConfigDict(frozen=False, extra="ignore"))()


def _not_for_json() -> genrekit.Component:
    return changed(toy_plugin.Descent, identity=lambda self: {"weights": {1, 2}})()


def _never_the_same() -> genrekit.Component:
    return changed(toy_plugin.Descent, identity=lambda self: {"drawn": random.random()})()


def _null_but_not_by_default() -> genrekit.Component:
    width = genrekit.Field(3, description="width")
    return changed(toy_plugin.Descent, __annotations__={"width": int | None}, width=width)(width=None)


def module(forward: Callable[..., Any], **members: Any) -> Any:
    """A torch module that computes ``forward(self, x)``."""
    from torch import nn

    cls = type("Module", (nn.Module,), {"forward": forward, **members})
    return cls()


def bands(forward: Callable[..., Any], **members: Any) -> genrekit.Component:
    """Features computed by ``forward`` from 4096 samples."""
    return changed(toy_plugin.Bands, build=lambda self: module(forward), **members)()


def fold(x: Any) -> Any:
    return x.reshape(-1, 1, 8, 512)


def feature_sins() -> list[Sin]:
    import torch

    def normalised(self: Any, x: Any) -> Any:
        return fold(x) / x.abs().max()

    def by_batch(self: Any, x: Any) -> Any:
        return fold(x) - x.mean()

    counted = {"any_length": True}
    return [
        Sin(bands(lambda self, x: x[:, None]), "shape as declared", "not [batch, channels, bins, frames]"),
        Sin(bands(lambda self, x: fold(x).double()), "shape as declared", "not float32"),
        Sin(
            bands(lambda self, x: fold(x), output_shape=lambda self: genrekit.FeatureShape(1, 2, 3)),
            "shape as declared", "output_shape() says [1, 2, 3], the module gives [1, 8, 512]",
        ),
        Sin(bands(lambda self, x: fold(x) + torch.rand(1)), "always the same", "a second call"),
        Sin(
            changed(toy_plugin.Bands, build=lambda self: torch.nn.Sequential(
                torch.nn.Unflatten(1, (1, 8, 512)), torch.nn.Linear(512, 4)
            ))(), "always the same", "weights drawn without a seed",
        ),
        Sin(bands(by_batch), "batch = single", "row 0 alone and in a batch"),
        Sin(bands(lambda self, x: fold(x.mul_(2))), "input untouched", "changed its input in place"),
        Sin(bands(normalised), "extreme sounds", "silence gives"),
        Sin(bands(lambda self, x: x[:, None, None], **counted), "short sounds", "a window's are"),
        Sin(bands(lambda self, x: fold(x), minimum_samples=lambda self: 9999), "lengths", "not within 1"),
        Sin(
            changed(toy_plugin.Bands, __annotations__={"edges": list[float]},
                    edges=genrekit.Field([1.0], description="edges"))(),
            "hashable", "tuple",
        ),
        Sin(
            changed(toy_plugin.Bands, portable=lambda self: self.model_copy(update={"bands": 4}))(),
            "portable", "shape [1, 1, 4, 8], not",
        ),
    ]  # fmt: skip


def small(forward: Callable[..., Any], check: Any = None, **members: Any) -> genrekit.Component:
    """A model of one linear layer for any features, called with (module, x, layer)."""
    from torch import nn

    def build(self: Any, shape: genrekit.FeatureShape, classes: int) -> Any:
        layer = nn.Linear(shape.channels * shape.bins * shape.frames, classes)
        found = module(lambda self, x: forward(self, x, layer))
        found.layer = layer
        return found

    more = {"check": check} if check else {}
    return changed(toy_plugin.Small, build=build, **more, **members)()


def rated(rates: dict[str, float]) -> genrekit.Component:
    return changed(toy_plugin.Small, learning_rates=lambda self, network: rates)()


def model_sins() -> list[Sin]:
    import torch
    from torch import nn

    def picky(self: Any, shape: genrekit.FeatureShape, classes: int) -> None:
        raise ValueError("nothing fits")

    def unseeded(self: Any, shape: Any, classes: int) -> Any:
        with torch.random.fork_rng():
            torch.seed()
            return nn.Sequential(nn.Flatten(), nn.Linear(shape.channels * shape.bins * shape.frames, classes))

    def hidden(self: Any, shape: Any, classes: int) -> Any:
        weights = torch.randn(shape.channels * shape.bins * shape.frames, classes)
        found = module(lambda self, x: x.flatten(1) @ weights + self.bias)
        found.bias = nn.Parameter(torch.zeros(classes))
        return found

    return [
        Sin(small(lambda self, x, layer: layer(x.flatten(1))[:, :1]), "shape as declared", "not [4, 2]"),
        Sin(small(lambda self, x, layer: layer(x.flatten(1)), picky), "shape as declared", "check() refuses all of"),
        Sin(
            small(lambda self, x, layer: layer(nn.functional.avg_pool2d(x, 8).repeat(1, 1, 8, 8).flatten(1))),
            "says what it cannot take", "check() accepts features of shape [1, 1, 1], but the model fails",
        ),
        Sin(changed(toy_plugin.Small, build=unseeded)(), "deterministic under the seed", "two models of one seed"),
        Sin(small(lambda self, x, layer: layer((x - x.mean()).flatten(1))), "batch = single", "alone and in a batch"),
        Sin(small(lambda self, x, layer: layer(x.relu_().flatten(1))), "input untouched", "inplace"),
        Sin(small(lambda self, x, layer: layer((x / x.std()).flatten(1))), "extreme features", "all 0 gives"),
        Sin(small(lambda self, x, layer: layer(x.flatten(1)).detach()), "learns", "does not require grad"),
        Sin(small(lambda self, x, layer: layer(x.view(len(x), -1))), "says what it cannot take", "view size is"),
        Sin(changed(toy_plugin.Small, build=hidden)(), "weights are saved", "neither a parameter nor a buffer"),
        Sin(
            changed(toy_plugin.Small, portable=lambda self: self.model_copy(update={"width": 5}))(),
            "portable", "size mismatch",
        ),
        Sin(
            changed(toy_plugin.Small, portable=lambda self: self.model_copy(update={"width": self.width + 1}))(),
            "portable", "is another one yet",
        ),
        Sin(rated({"1.scale": 0.5}), "learning rates", "no parameter 1.scale"),
        Sin(rated({"1.bias": 0.0}), "learning rates", "not above 0"),
    ]  # fmt: skip


def louder(**members: Any) -> genrekit.Component:
    return changed(toy_plugin.Louder, **members)()


def augmenter_sins() -> list[Sin]:
    import torch

    def same(self: Any, rng: Any, shape: Any) -> dict[str, float]:
        return {"factor": 1.0}

    def globally(self: Any, rng: Any, shape: Any) -> dict[str, float]:
        return {"factor": random.random()}

    def noisy(self: Any, batch: Any, draws: Any) -> Any:
        return batch + torch.rand_like(batch)

    def of_batch(self: Any, batch: Any, draws: Any) -> Any:
        return batch * draws["factor"].mean()

    return [
        Sin(louder(draw=lambda self, rng, shape: {"factor": "loud"}), "draws are numbers", "not a number"),
        Sin(
            louder(draw=lambda self, rng, shape: {"factor": rng.random(int(rng.integers(1, 9)))}),
            "draws are numbers", "another shape from clip to clip",
        ),
        Sin(louder(draw=same), "deterministic under the generator", "nothing is random"),
        Sin(louder(draw=globally), "deterministic under the generator", "the global generator of random"),
        Sin(louder(apply=noisy), "draw apart from apply", "the global generator of torch"),
        Sin(louder(apply=of_batch), "batch = single", "alone and in a batch"),
        Sin(louder(apply=lambda self, batch, draws: batch[..., :1]), "shape and type kept", "became"),
        Sin(louder(apply=lambda self, batch, draws: batch.double()), "shape and type kept", "became torch.float64"),
        Sin(louder(apply=lambda self, batch, draws: batch.mul_(2)), "input untouched", "in place"),
        Sin(louder(apply=lambda self, batch, draws: batch), "input untouched", "in place"),
        Sin(louder(apply=lambda self, batch, draws: batch / batch.abs().max()), "extreme examples", "all 0"),
        *(Sin(louder(views=lambda self, shape, view=view: [view]), "views", said) for view, said in view_sins()),
    ]  # fmt: skip


def view_sins() -> list[tuple[Any, str]]:
    import torch

    return [
        (module(lambda self, x: x[..., 1:]), "a view of [4, 1, 40, 100] is [4, 1, 40, 99]"),
        (module(lambda self, x: x + torch.rand_like(x)), "the global generator of torch"),
        (module(lambda self, x: x - x.mean()), "a view of a row alone and in a batch"),
        (module(lambda self, x: x.mul_(2)), "in place"),
        (torch.nn.Linear(100, 100), "a view has 2 parameters that learn"),
    ]


class Halves(genrekit.Mixer):
    """Mixes half and half."""

    use: Literal["halves"] = "halves"

    def draw(self, rng: Any, shape: tuple[int, ...]) -> dict[str, float]:
        return {"share": rng.uniform(0, 1)}

    def mix(self, batch: Any, partners: Any, draws: Any) -> Any:
        share = draws["share"].to(batch)
        column = share.reshape(-1, *[1] * (batch.ndim - 1))
        return batch * column + partners * (1 - column), share


def mixer_sins() -> list[Sin]:
    return [
        Sin(
            changed(Halves, mix=lambda self, batch, partners, draws: (batch + partners, draws["share"] + 1))(),
            "shares of the target", "not within 0",
        ),
        Sin(
            changed(Halves, mix=lambda self, batch, partners, draws: (batch.add_(partners), draws["share"]))(),
            "input untouched", "in place",
        ),
    ]  # fmt: skip


def tones(folder: Path, **members: Any) -> genrekit.Component:
    return changed(toy_plugin.Tones, **members)(root=folder)


def dataset_sins(folder: Path) -> list[Sin]:
    from genrekit import Clip, Clips

    forth_and_back = itertools.cycle([False, True])

    def reordered(self: Any) -> Clips:
        found = toy_plugin.Tones.clips(self)
        return Clips(found.table.reverse() if next(forth_and_back) else found.table)

    def by_hand(*rows: Clip) -> Callable[[Any], Clips]:
        return lambda self: Clips.from_rows(rows)

    def reading(self: Any) -> Clips:
        import soundfile

        for path in self.root.rglob("*.wav"):
            soundfile.read(path)
        return toy_plugin.Tones.clips(self)

    def careless(self: Any) -> Clips:
        next(self.root.iterdir())
        return toy_plugin.Tones.clips(self)

    there = str(next(folder.rglob("*.wav")))
    return [
        Sin(tones(folder, clips=lambda self: []), "finds clips", "gives a list"),
        Sin(tones(folder, clips=by_hand(Clip(there, ["a"]))), "finds clips", "nothing to tell apart"),
        Sin(tones(folder, clips=by_hand(Clip("no.wav", ["a"]), Clip(there, ["b"]))), "paths lead to files", "no.wav"),
        Sin(
            tones(folder, clips=by_hand(Clip(there, ["a"], duration_s=0), Clip(there, ["b"]))),
            "times make sense", "no time",
        ),
        Sin(tones(folder, clips=reordered), "always the same", "sort what is listed"),
        Sin(tones(folder, clips=reading), "reads no audio", "reads audio"),
        Sin(tones(folder, clips=careless), "a missing folder is explained", "FileNotFoundError"),
    ]  # fmt: skip


def splitter_sins() -> list[Sin]:
    def parts(column: Callable[[int], str | None]) -> Any:
        return lambda self, clips, seed: clips.with_column("part", map(column, range(len(clips))))

    def drawn(self: Any, clips: Any, seed: int) -> Any:
        return clips.with_column("part", [random.choice(["train", "test"]) for _ in range(len(clips))])

    def fewer(self: Any, clips: Any, seed: int) -> Any:
        return genrekit.Clips(clips.with_column("part", ["train", "test"] * 60).table.head(50))

    def twice(self: Any, clips: Any) -> Any:
        return [toy_plugin.EveryThird(test=True), toy_plugin.EveryThird(test=True)]

    def third(**members: Any) -> genrekit.Component:
        return changed(toy_plugin.EveryThird, **members)()

    return [
        Sin(third(split=parts(lambda row: "dev")), "sets parts", "not {'dev'}"),
        Sin(third(split=parts(lambda row: "train")), "sets parts", "all clips train"),
        Sin(third(split=fewer), "keeps the clips", "rows, their order"),
        Sin(third(split=drawn), "deterministic under the seed", "global generator of random"),
        Sin(third(), "divided groups are told", "groups are divided between parts"),
        Sin(third(each_fold=twice), "folds", "in the test part of several folds"),
        Sin(third(split=parts(lambda row: None)), "without groups", "no clip trains"),
    ]


def evaluator_sins() -> list[Sin]:
    import numpy as np

    def share(**members: Any) -> genrekit.Component:
        return changed(toy_plugin.Share, **members)()

    return [
        Sin(share(metrics=lambda self, outcome: {"a": np.float32(1)}), "figures are JSON", "float32"),
        Sin(share(metrics=lambda self, outcome: [1]), "figures are JSON", "gives a list"),
        Sin(share(metrics=lambda self, outcome: {"a": 1 / len(outcome.rows[1:])}), "figures are JSON", "one clip"),
        Sin(share(metrics=lambda self, outcome: {"a": random.random()}), "always the same", "other figures"),
        Sin(
            share(pictures=lambda self, outcome, history, folder: [folder / "no.png"]), "pictures", "is not there"
        ),
        Sin(
            share(tasks=frozenset({"multi-label"}), metrics=lambda self, outcome: {"a": int(outcome.targets[0])}),
            "several labels a clip", "clips with several labels",
        ),
    ]  # fmt: skip


class Eager(concurrent.futures.ThreadPoolExecutor):
    """Turns exceptions into results."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        def quietly() -> Any:
            try:
                return fn(*args, **kwargs)
            except LookupError as error:
                return error

        return super().submit(quietly)


class Immortal(concurrent.futures.ThreadPoolExecutor):
    """Does not know when to stop."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        return


class Forgetful(concurrent.futures.ThreadPoolExecutor):
    """Loses what jobs of preparation give."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        from genrekit.clip_preparation import Prepared, prepare_clip

        if fn is prepare_clip:
            return super().submit(lambda: Prepared(args[0].row, args[0].path, reason="lost"))
        return super().submit(fn, *args, **kwargs)


class Renaming(concurrent.futures.ThreadPoolExecutor):
    """Answers for files by other names than they were given by."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        import dataclasses

        from genrekit.prediction_jobs import answer

        if fn is not answer:
            return super().submit(fn, *args, **kwargs)
        return super().submit(lambda: [dataclasses.replace(each, path="?") for each in answer(*args)])


def executor_sins() -> list[Sin]:
    def threads(**members: Any) -> genrekit.Component:
        return changed(toy_plugin.Threads, **members)()

    return [
        Sin(threads(open=lambda self: 3), "opens and shuts down", "gives a int"),
        Sin(threads(open=lambda self: Immortal(1)), "opens and shuts down", "not RuntimeError"),
        Sin(threads(open=lambda self: Eager(1)), "runs jobs", "a job that raised LookupError gives None"),
        Sin(threads(capacity=lambda self: 0), "capacity", "capacity() is 0"),
        Sin(threads(open=lambda self: Forgetful(1)), "prepares clips", "other items are stored"),
        Sin(threads(open=lambda self: Renaming(1)), "answers recordings", "other answers than in one thread"),
    ]


def training_sins() -> list[Sin]:
    import torch

    def descent(**members: Any) -> genrekit.Component:
        return changed(toy_plugin.Descent, **members)()

    def halving(**members: Any) -> genrekit.Component:
        return changed(toy_plugin.Halving, **members)()

    def still(self: Any, parameters: Any) -> Any:
        return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)

    def twice(self: Any, parameters: Any) -> Any:
        list(parameters)
        return torch.optim.SGD(parameters, lr=0.1)

    def below(self: Any, optimizer: Any, epochs: int, steps: int) -> Any:
        return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 - epoch)

    class Forgets(torch.optim.lr_scheduler.StepLR):
        def load_state_dict(self, state: Any) -> None:
            return

    def forgets(self: Any, optimizer: Any, epochs: int, steps: int) -> Any:
        return Forgets(optimizer, 2)

    return [
        Sin(descent(build=still), "learns", "took the loss from"),
        Sin(descent(build=twice), "learns", "empty parameter list"),
        Sin(descent(build=lambda self, parameters: None), "learns", "gives a NoneType"),
        Sin(halving(build=below), "learning rates make sense", "a learning rate is -"),
        Sin(halving(build=forgets), "resumes exactly", "the learning rates differ"),
        Sin(halving(interval="step", goes_by=lambda self: "loss"), "learning rates make sense", "goes_by names"),
        Sin(
            halving(build=lambda self, optimizer, epochs, steps: torch.optim.lr_scheduler.OneCycleLR(
                optimizer, 0.1, total_steps=steps - 1)),
            "one epoch of one step", "",
        ),
    ]  # fmt: skip


class Squares(genrekit.Loss):
    """The mean squared difference of probabilities and targets."""

    use: Literal["squares"] = "squares"

    def build(self, counts: Any, examples: int) -> Any:
        return module(lambda self, logits, targets: (logits.softmax(1) - targets).square().mean(dim=1))


def loss_sins() -> list[Sin]:
    def squares(compute: Callable[..., Any], **members: Any) -> genrekit.Component:
        def build(self: Any, counts: Any, examples: int) -> Any:
            return module(lambda self, logits, targets: compute(logits, targets))

        return changed(Squares, build=build, **members)()

    def right(logits: Any, targets: Any) -> Any:
        return (logits.softmax(1) - targets).square().mean(dim=1)

    return [
        Sin(squares(lambda x, y: right(x, y).mean()), "each example's loss", "not [6]"),
        Sin(squares(lambda x, y: right(x.detach(), y)), "each example's loss", "does not require grad"),
        Sin(squares(lambda x, y: right(x, y.mul_(1.1))), "each example's loss", "in place"),
        Sin(squares(lambda x, y: right(x, y) / len(x)), "batch = single", "alone and in a batch"),
        Sin(squares(lambda x, y: -right(x, y)), "right is better than wrong", "right answers lose"),
        Sin(squares(lambda x, y: (x.exp() - y).square().mean(dim=1)), "extreme logits", "not finite"),
        Sin(squares(right, activation=lambda self, logits: logits), "probabilities", "not within 0"),
    ]


COMMON = [
    (_undocumented, "documented", "has no docstring"),
    (_no_description, "documented", "no description: lr"),
    (_no_type, "options have types", "of no type: how"),
    (_thawed, "read-only", "lifts frozen=True"),
    (_not_for_json, "what decides its results", "not ready for JSON"),
    (_never_the_same, "what decides its results", "has another identity()"),
    (_null_but_not_by_default, "written and read", "TOML cannot say it"),
    (_no_description, "pickled", "define the class at a module's top level"),
]


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
