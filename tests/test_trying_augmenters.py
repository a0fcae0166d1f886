"""Augmenters are tried before training as training uses them: in turn, on what each network sees, mixers too."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pytest
import torch

import genrekit
from genrekit.errors import PluginError, RecipeError
from genrekit.recipe.dry_run import try_augmenters

FEATURES = torch.zeros(1, 3, 4, 40)


class ThirdChannel(genrekit.Augmenter):
    """Doubles the third channel."""

    use: Literal["third"] = "third"

    def draw(self, rng: Any, shape: tuple[int, ...]) -> dict[str, Any]:
        return {"factor": 2.0}

    def apply(self, batch: Any, draws: dict[str, Any]) -> Any:
        batch[:, 2] *= 2
        return batch


class Half(genrekit.Augmenter):
    """The first half of the frames, of which there must be thirty."""

    use: Literal["half"] = "half"
    resizes: ClassVar[bool] = True

    def draw(self, rng: Any, shape: tuple[int, ...]) -> dict[str, Any]:
        if shape[-1] < 30:
            raise ValueError("too few frames")
        return {"start": 0.0}

    def apply(self, batch: Any, draws: dict[str, Any]) -> Any:
        return batch[..., : batch.shape[-1] // 2]


class Loner(genrekit.Mixer):
    """Does not mix."""

    use: Literal["loner"] = "loner"

    def draw(self, rng: Any, shape: tuple[int, ...]) -> dict[str, Any]:
        return {"share": rng.uniform(0.5, 1)}

    def mix(self, batch: Any, partners: Any, draws: dict[str, Any]) -> Any:
        return batch, draws["shares"]


class Scalar(Loner):
    """Forgets that each row has a share."""

    def mix(self, batch: Any, partners: Any, draws: dict[str, Any]) -> Any:
        return batch, torch.tensor(0.5)


def test_each_network_has_what_it_sees_changed() -> None:
    try_augmenters([ThirdChannel()], FEATURES)
    try_augmenters([ThirdChannel()], FEATURES, [[0, 1, 2]])
    with pytest.raises(RecipeError, match=r"\[augment\] third does not work: IndexError"):
        try_augmenters([ThirdChannel()], FEATURES, [[0, 1, 2], [0]])


def test_one_gets_what_those_before_it_leave() -> None:
    try_augmenters([Half()], FEATURES)
    with pytest.raises(RecipeError, match=r"\[augment\] half does not work: ValueError: too few frames"):
        try_augmenters([Half(), Half()], FEATURES)


def test_mixers_are_tried() -> None:
    with pytest.raises(RecipeError, match=r"\[augment\] loner does not work: KeyError: 'shares'"):
        try_augmenters([Loner()], FEATURES)
    with pytest.raises(PluginError, match=r"mix\(\) returned \(\)"):
        try_augmenters([Scalar()], FEATURES)
