"""Batches of drafts with partners, and what mixers make of them: exact, and the same whatever is in a batch."""

from __future__ import annotations

import itertools
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
import torch

import genrekit
from genrekit.errors import PluginError
from genrekit.features import Featurizer
from genrekit.processes import Processes
from genrekit.profile import Profile
from genrekit.training.batches import Batches
from genrekit.training.inputs import Inputs, in_order

LENGTHS = [6, 6, 4, 6, 4, 6, 6, 4, 6, 6]
CLASSES = 3


class Waves:
    """Ten examples: a waveform of ones times the example's number, from 1."""

    rows = np.arange(10)
    windows = np.zeros(10, np.int64)
    targets = np.eye(CLASSES, dtype=np.float32)[np.arange(10) % CLASSES]

    def __len__(self) -> int:
        return 10

    def load(self, indices: np.ndarray) -> list[torch.Tensor]:
        return [torch.full((LENGTHS[index],), float(index + 1)) for index in indices]


class Energies(torch.nn.Module):
    """[n, samples] -> [n, 1, 1, 4]: the first four samples."""

    def forward(self, waveform: torch.Tensor) -> torch.Tensor:
        return waveform[:, None, None, :4]


class Half(genrekit.Mixer):
    """A quarter of the example and three quarters of its partner."""

    use: Literal["half"] = "half"
    probability: float = 1.0

    def draw(self, rng: Any, shape: tuple[int, ...]) -> dict[str, float]:
        return {"noise": rng.uniform()}

    def mix(self, batch: Any, partners: Any, draws: dict[str, Any]) -> Any:
        return 0.25 * batch + 0.75 * partners, torch.full((len(batch),), 0.25)


class HalfOther(Half):
    """The same with other classes only."""

    use: Literal["half-other"] = "half-other"  # type: ignore[assignment]
    partners: ClassVar[Literal["any", "other-class"]] = "other-class"


class Times(genrekit.Augmenter):
    """Multiplies by a random number."""

    use: Literal["times"] = "times"
    probability: float = 1.0

    def draw(self, rng: Any, shape: tuple[int, ...]) -> dict[str, float]:
        return {"factor": rng.uniform(1, 2)}

    def apply(self, batch: Any, draws: dict[str, Any]) -> Any:
        return batch * draws["factor"].reshape(-1, *[1] * (batch.dim() - 1))


def made(
    augmenters: list[genrekit.Augmenter], batch_size: int = 10, processes: Processes | None = None, epoch: int = 1
) -> dict[int, tuple[torch.Tensor, torch.Tensor]]:
    """Example -> its features and target, of an epoch."""
    chain, examples, out = in_order(augmenters), Waves(), {}
    sizes = (batch_size, batch_size, "shuffled", len(examples))
    drafts = Batches(7, examples, chain, processes or Processes(), *sizes)  # type: ignore[arg-type]
    featurizer = Featurizer(Energies(), "waveform", torch.device("cpu"))
    inputs = Inputs(featurizer, chain, torch.from_numpy(examples.targets), Profile())
    for piece in itertools.chain.from_iterable(drafts.epoch(epoch)):
        features, targets = inputs(piece.draft)
        out |= dict(zip(piece.draft.indices.tolist(), zip(features, targets, strict=True), strict=True))
    return out


@pytest.mark.parametrize("on", ["features", "waveform"])
def test_features_and_targets_are_mixed_alike(on: Any) -> None:
    """The example's number tells, from the features, which partner it has; the target must say the same."""
    found = made([HalfOther(on=on)])
    assert len(found) == 10
    for index, (features, target) in found.items():
        partner = round((features[0, 0, 0].item() - 0.25 * (index + 1)) / 0.75) - 1
        expected = torch.zeros(CLASSES)
        expected[index % CLASSES] += 0.25
        expected[partner % CLASSES] += 0.75
        assert partner % CLASSES != index % CLASSES
        torch.testing.assert_close(target, expected)


def test_partners_come_from_the_whole_part() -> None:
    found = [made([Half(on="features")], batch_size=2, epoch=epoch) for epoch in range(8)]
    partners = {
        round((one[index][0][0, 0, 0].item() - 0.25 * (index + 1)) / 0.75) for one in found for index in range(10)
    }
    assert partners == set(range(1, 11))


def test_only_those_that_the_chance_picks_are_mixed() -> None:
    found = made([HalfOther(probability=0.4, on="features")])
    whole = [index for index, (_, target) in found.items() if target.max() == 1]
    assert 0 < len(whole) < 10
    assert all(found[index][0][0, 0, 0] == index + 1 for index in whole)
    assert all(target.sum() == 1 for _, target in found.values())
    assert set(made([Half(probability=0.0)])[3][0].flatten().tolist()) == {4.0}


@pytest.mark.parametrize(
    "chain",
    [
        [Times(on="waveform"), Half(on="waveform"), Times(on="features")],
        [Times(on="waveform"), Half(on="waveform"), HalfOther(probability=0.5), Times()],
    ],
)
def test_neither_batches_nor_processes_matter(chain: list[genrekit.Augmenter]) -> None:
    whole = made(chain)
    shared = made(chain, 10, Processes(0, 2)) | made(chain, 10, Processes(1, 2))
    for other in (made(chain, 3), made(chain, 1), shared):
        assert other.keys() == whole.keys()
        for index, (features, target) in whole.items():
            assert torch.equal(other[index][0], features)
            assert torch.equal(other[index][1], target)
    assert any(not torch.equal(made(chain, epoch=2)[index][0], whole[index][0]) for index in whole)


def test_partners_went_through_what_stands_before_the_mixer_with_draws_of_their_own() -> None:
    factors: dict[str, set[float]] = {}
    for name, chain in {"before": [Times(), Half()], "after": [Half(), Times()]}.items():
        found = made([one.model_copy(update={"on": "features"}) for one in chain])
        factors[name] = {round(features[0, 0, 0].item(), 4) for features, _ in found.values()}
    assert not factors["before"] & factors["after"]
    # Mixed with itself, times two different factors: not the example times one of them.
    plain = made([Half(on="features")])
    own = [index for index, (features, _) in plain.items() if features[0, 0, 0] == index + 1]
    changed = made([Times(), Half(on="features")])
    alone = made([Times()])
    assert all(not torch.equal(changed[index][0], alone[index][0]) for index in own)


def test_where_there_is_no_other_class_nothing_is_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Waves, "targets", np.ones((10, 1), np.float32))
    found = made([HalfOther(on="features")])
    assert all(features[0, 0, 0] == index + 1 for index, (features, _) in found.items())


def test_a_rare_other_class_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    rare = np.eye(2, dtype=np.float32)[[0] * 9 + [1]]
    monkeypatch.setattr(Waves, "targets", rare)
    monkeypatch.setattr("genrekit.training.batches.TRIES", 1)
    found = made([HalfOther(on="features")])
    assert [target.tolist() for index, (_, target) in found.items() if index != 9] == [[0.25, 0.75]] * 9


def test_a_mixer_that_returns_something_else_is_named() -> None:
    class Wrong(Half):
        """Gives one share for all."""

        use: Literal["wrong"] = "wrong"  # type: ignore[assignment]

        def mix(self, batch: Any, partners: Any, draws: dict[str, Any]) -> Any:
            return batch, torch.tensor(0.5)

    with pytest.raises(PluginError, match=r"'wrong' .*mix\(\) returned \(\)"):
        made([Wrong()])
