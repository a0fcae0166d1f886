"""Data sets, splitters and evaluators that break their contract."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import toy_plugin
from sins import Sin, changed

import genrekit


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
