"""The contract of augmenters, and of those that mix examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genrekit.component import Augmenter
from genrekit.randomness import generator
from genrekit.testing import networks, recordings
from genrekit.testing.contract import Case, Skip, check
from genrekit.testing.same import assert_close, assert_finite, no_global_draws, untouched

if TYPE_CHECKING:
    import torch

    Draws = dict[str, torch.Tensor]


def check_augmenter(component: Augmenter) -> None:
    """Check a `genrekit.Augmenter` or a mixer; raises AssertionError with everything that is wrong."""
    from genrekit.testing.contract import check_component

    check_component(component)


def _shapes(component: Augmenter) -> list[tuple[int, ...]]:
    """Of one example: what it usually is, and the smallest that there are."""
    return [(4003,), (400,), (1,)] if component.on == "waveform" else [(1, 40, 100), (2, 16, 24), (1, 1, 1)]


def _batch(component: Augmenter, which: int = 0, clips: int = 4, seed: int = 0) -> torch.Tensor:
    import math

    import torch

    shape = _shapes(component)[which]
    batch = torch.from_numpy(recordings.noise(clips, math.prod(shape), seed)).reshape(clips, *shape)
    return batch if component.on == "waveform" else networks.channels_last(10 * batch)


def _draw(component: Augmenter, clip: int, shape: tuple[int, ...], seed: int = 0) -> dict[str, Any]:
    return dict(component.draw(generator(seed, "contract", clip), shape))


def _draws(component: Augmenter, batch: torch.Tensor, seed: int = 0) -> Draws:
    """As training collates them: name -> [clips, ...]."""
    import numpy as np
    import torch

    drawn = [_draw(component, clip, tuple(batch.shape[1:]), seed) for clip in range(len(batch))]
    columns = {name: np.stack([np.asarray(draw[name]) for draw in drawn]) for name in drawn[0]}
    return {name: torch.from_numpy(c.astype(np.float32) if c.dtype == np.float64 else c) for name, c in columns.items()}


def _apply(component: Any, batch: torch.Tensor, draws: Draws) -> torch.Tensor:
    """``apply``, or ``mix`` with other examples; on a copy, so that what works in place is caught by its own check."""
    if _mixes(component):
        return _mix(component, batch.clone(), draws)[0]
    changed: torch.Tensor = component.apply(batch.clone(), draws)
    return changed


def _mixes(component: Any) -> bool:
    return hasattr(component, "mix")


def _mix(component: Any, batch: torch.Tensor, draws: Draws) -> tuple[torch.Tensor, torch.Tensor]:
    mixed, share = component.mix(batch, _partners(component, len(batch), batch), draws)
    return mixed, share


def _partners(component: Augmenter, clips: int, batch: torch.Tensor) -> torch.Tensor:
    """Other examples; row i is always the same, however many there are."""
    return _batch(component, _which(component, batch), clips, seed=9)


def _which(component: Augmenter, batch: torch.Tensor) -> int:
    return _shapes(component).index(tuple(batch.shape[1:]))


def _row(draws: Draws, row: int) -> Draws:
    return {name: column[row : row + 1] for name, column in draws.items()}


@check("draws are numbers", "augmenter")
def draws_are_numbers(case: Case) -> None:
    """draw() gives numbers, or arrays of one shape for all clips, by the same names for each clip."""
    import numpy as np

    shape = _shapes(case.component)[0]
    drawn = [_draw(case.component, clip, shape) for clip in range(20)]
    names = set(drawn[0])
    assert all(set(draw) == names for draw in drawn), "the names of what is drawn differ from clip to clip"
    for name in names:
        columns = [np.asarray(draw[name]) for draw in drawn]
        assert all(column.dtype.kind in "biuf" for column in columns), f"{name} is not a number, nor an array of them"
        assert len({column.shape for column in columns}) == 1, f"{name} has another shape from clip to clip"


@check("deterministic under the generator", "augmenter")
def deterministic(case: Case) -> None:
    """The generator decides what is drawn: equal ones draw the same, others something else; no global generator."""
    import numpy as np

    component, shape = case.component, _shapes(case.component)[0]
    with no_global_draws("draw()", "draw from rng, which (seed, epoch, clip) decides"):
        drawn = [_draw(component, clip, shape) for clip in range(20)]
    again = [_draw(component, clip, shape) for clip in range(20)]
    same = [all(np.array_equal(a[name], b[name]) for name in a) for a, b in zip(drawn, again, strict=True)]
    assert all(same), "equal generators draw different numbers"
    if drawn[0]:
        first = drawn[0]
        differ = any(not np.array_equal(first[name], other[name]) for other in drawn[1:] for name in first)
        assert differ, "20 generators draw the same numbers: nothing is random"


@check("draw apart from apply", "augmenter")
def draw_apart_from_apply(case: Case) -> None:
    """All that is random is drawn; apply() does the same whenever it gets the same draws."""
    import torch

    batch = _batch(case.component)
    draws = _draws(case.component, batch)
    with no_global_draws("applying", "draw it in draw(), or a seed for a generator of your own"):
        first = _apply(case.component, batch, draws)
    assert torch.equal(_apply(case.component, batch, draws), first), "the same draws give something else"


@check("shape and type kept", "augmenter")
def shape_and_type_kept(case: Case) -> None:
    """What comes back has the same shape (but for the last size, if it `resizes`) and type, also of the smallest."""
    resizes = getattr(case.component, "resizes", False)
    for which in range(len(_shapes(case.component))):
        batch = _batch(case.component, which)
        found = _apply(case.component, batch, _draws(case.component, batch))
        shape = list(batch.shape)
        kept = shape[: len(shape) - resizes]
        alike = found.ndim == batch.ndim and list(found.shape[: len(kept)]) == kept
        assert alike, f"{shape} became {list(found.shape)}"
        assert found.dtype == batch.dtype, f"{batch.dtype} became {found.dtype}"


@check("input untouched", "augmenter")
def input_untouched(case: Case) -> None:
    """Stored examples are not changed: the result is another tensor."""
    batch = _batch(case.component)
    draws = _draws(case.component, batch)
    with untouched(batch, "the augmenter"):
        mixes = _mixes(case.component)
        found = _mix(case.component, batch, draws)[0] if mixes else case.component.apply(batch, draws)
        found.add_(1)


@check("batch = single", "augmenter")
def batch_is_single(case: Case) -> None:
    """Row i is changed by its own draw, whatever else is in the batch."""
    batch = _batch(case.component)
    draws = _draws(case.component, batch)
    together = _apply(case.component, batch, draws)
    for row in range(len(batch)):
        alone = _alone(case.component, batch, draws, row)
        assert_close(alone, together[row], f"row {row} alone and in a batch", 1e-6)


def _alone(component: Any, batch: torch.Tensor, draws: Draws, row: int) -> torch.Tensor:
    if _mixes(component):
        partners = _partners(component, len(batch), batch)[row : row + 1]
        mixed: torch.Tensor = component.mix(batch[row : row + 1], partners, _row(draws, row))[0]
        return mixed[0]
    return _apply(component, batch[row : row + 1], _row(draws, row))[0]


def _has_views(component: Any) -> bool:
    cls = component if isinstance(component, type) else type(component)
    return getattr(cls, "views", Augmenter.views) is not Augmenter.views


@check("views", "augmenter", when=_has_views)
def views(case: Case) -> None:
    """Test-time views keep the shape, also of more frames; each row by itself; nothing drawn, nothing to learn."""
    from genrekit.component import FeatureShape

    if case.component.on == "waveform":
        raise Skip("only augmenters of features are asked for views")
    for which, shape in enumerate(_shapes(case.component)):
        found = case.component.views(FeatureShape(*shape))
        batch = _batch(case.component, which)
        for view in found:
            learns = sum(parameter.requires_grad for parameter in view.parameters())
            assert not learns, f"a view has {learns} parameters that learn"
            for seen in (batch, batch.repeat(1, 1, 1, 2)):
                with no_global_draws("a view", "views are fixed"), untouched(seen, "the view"):
                    changed = view(seen)
                assert changed.shape == seen.shape, f"a view of {list(seen.shape)} is {list(changed.shape)}"
                assert_finite(changed, f"a view of examples of shape {list(shape)}")
                assert_close(view(seen[:1])[0], changed[0], "a view of a row alone and in a batch", 1e-5)


@check("extreme examples", "augmenter")
def extreme_examples(case: Case) -> None:
    """Silence and a constant stay finite."""
    import torch

    for which, shape in enumerate(_shapes(case.component)):
        for value in (0.0, 1.0):
            batch = torch.full_like(_batch(case.component, which), value)
            found = _apply(case.component, batch, _draws(case.component, batch))
            assert_finite(found, f"examples of shape {list(shape)} that are all {value:g}")


@check("shares of the target", "augmenter", when=lambda component: hasattr(component, "mix"))
def shares_of_the_target(case: Case) -> None:
    """A mixer says for each example, from 0 to 1, how much of its own target is kept."""
    batch = _batch(case.component)
    _, share = _mix(case.component, batch, _draws(case.component, batch))
    assert list(share.shape) == [len(batch)], f"shares of {len(batch)} examples are {list(share.shape)}"
    assert share.dtype.is_floating_point, f"shares are {share.dtype}"
    assert bool(((share >= 0) & (share <= 1)).all()), "a share is not within 0 … 1"
