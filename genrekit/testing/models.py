"""The contract of models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit.component import FeatureShape, FittedModel, Model
from genrekit.testing import networks, recordings
from genrekit.testing.common import portable_copy
from genrekit.testing.contract import Case, check
from genrekit.testing.fitting import examples, fitted
from genrekit.testing.same import assert_close, assert_finite, untouched

if TYPE_CHECKING:
    import torch
    from torch import nn

CLASSES = 3


def check_model(component: Model) -> None:
    """Check a `genrekit.Model`; raises AssertionError with everything that is wrong."""
    from genrekit.testing.contract import check_component

    check_component(component)


def _accepts(component: Model, shape: FeatureShape, classes: int = CLASSES) -> bool:
    try:
        component.check(shape, classes)
    except ValueError as error:
        assert str(error).strip(), f"check({list(shape)}) raises ValueError without saying which option to change"
        return False
    return True


def _shape(case: Case) -> FeatureShape:
    fitting = [shape for shape in networks.SHAPES if _accepts(case.component, shape)]
    assert fitting, f"check() refuses all of {[list(shape) for shape in networks.SHAPES]}"
    return fitting[0]


def _build(component: Model, shape: FeatureShape, classes: int = CLASSES, seed: int = 0) -> nn.Module:
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = component.build(shape, classes)
    return fitted(module, shape, classes, seed) if _at_once(component) else module


def _at_once(component: Any) -> bool:
    """Whether a component, or all of a class, is fitted; others learn by gradients."""
    return issubclass(component if isinstance(component, type) else type(component), FittedModel)


def _by_gradients(component: Any) -> bool:
    return not _at_once(component)


def _module(case: Case) -> nn.Module:
    return case.once("module", lambda: _build(case.component, _shape(case))).eval()


def _features(shape: FeatureShape, clips: int = 4) -> torch.Tensor:
    """Features as training gives them, roughly normalised."""
    import torch

    made = torch.from_numpy(recordings.noise(clips, shape.channels * shape.bins * shape.frames))
    return networks.channels_last(10 * made.reshape(clips, *shape))


def _run(module: nn.Module, features: torch.Tensor) -> torch.Tensor:
    import torch

    with torch.inference_mode():
        out: torch.Tensor = module(features)
    return out


@check("shape as declared", "model")
def shape_as_declared(case: Case) -> None:
    """features [batch, channels, bins, frames] become logits [batch, classes], whatever the number of classes."""
    shape = _shape(case)
    for classes in (2, CLASSES, 11):
        found = _run(_build(case.component, shape, classes).eval(), _features(shape))
        assert list(found.shape) == [4, classes], f"logits of 4 clips are {list(found.shape)}, not [4, {classes}]"
        assert_finite(found, "the model")


@check("says what it cannot take", "model")
def says_what_it_cannot_take(case: Case) -> None:
    """check() raises ValueError for features that the model cannot take; what it accepts works."""
    for shape in map(FeatureShape._make, [(1, 1, 1), (1, 2, 3), (3, 5, 7), (1, 30, 17), (2, 13, 40)]):
        if not _accepts(case.component, shape):
            continue
        try:
            found = _run(_build(case.component, shape).eval(), _features(shape, 2))
        except Exception as error:
            raise AssertionError(
                f"check() accepts features of shape {list(shape)}, but the model fails on them: {error}"
            ) from error
        assert list(found.shape) == [2, CLASSES], f"of features {list(shape)} it makes logits {list(found.shape)}"


@check("deterministic under the seed", "model")
def deterministic(case: Case) -> None:
    """torch.manual_seed decides the weights; in evaluation mode the same features give the same logits."""
    import torch

    shape = _shape(case)
    features = _features(shape)
    first = _run(_module(case), features)
    assert torch.equal(_run(_module(case), features), first), "two calls in evaluation mode differ"
    assert_close(_run(_build(case.component, shape).eval(), features), first, "two models of one seed", 1e-6)


@check("batch = single", "model")
def batch_is_single(case: Case) -> None:
    """In evaluation mode a clip's logits do not depend on what else is in its batch."""
    features = _features(_shape(case))
    together = _run(_module(case), features)
    for row in range(len(features)):
        assert_close(_run(_module(case), features[row : row + 1])[0], together[row], f"row {row} alone and in a batch")


@check("input untouched", "model")
def input_untouched(case: Case) -> None:
    """Features are not changed in place: a first layer with inplace=True would."""
    features = _features(_shape(case))
    with untouched(features, "the model"):
        _run(_module(case), features)


@check("extreme features", "model")
def extreme_features(case: Case) -> None:
    """Zeros, a constant and large values give finite logits."""
    import torch

    shape = _shape(case)
    for value in (0.0, 1.0, -100.0, 1e4):
        assert_finite(_run(_module(case), torch.full((2, *shape), value)), f"features that are all {value:g}")


@check("learns", "model", when=_by_gradients)
def learns(case: Case) -> None:
    """Gradients are finite and reach weights. A model without trainable weights is not trained."""
    import torch
    from torch.nn import functional

    shape = _shape(case)
    module = _build(case.component, shape).train()
    targets = torch.tensor([0, 1, 2, 0])
    torch.autograd.backward(functional.cross_entropy(module(_features(shape)), targets))
    weights = [weight for weight in module.parameters() if weight.requires_grad]
    gradients = [weight.grad for weight in weights if weight.grad is not None]
    for gradient in gradients:
        assert_finite(gradient, "a gradient")
    assert weights, "there is no weight that training could change"
    assert any(gradient.abs().sum() > 0 for gradient in gradients), "no weight has a gradient: is the graph cut?"


@check("is fitted", "model", when=_at_once)
def is_fitted(case: Case) -> None:
    """fit() tells apart what is easy to, under one seed always alike, and before it the module answers already."""
    import torch

    shape = _shape(case)
    before = _run(case.component.build(shape, CLASSES).eval(), _features(shape))
    assert list(before.shape) == [4, CLASSES], f"before fit() the logits of 4 clips are {list(before.shape)}"
    features, targets = examples(shape, CLASSES)
    logits = _run(_module(case), features)
    right = float((logits.argmax(1) == targets.argmax(1)).float().mean())
    assert right >= 0.8, f"of {len(logits)} examples that it was fitted to, which differ plainly, {right:.0%} are right"
    again = _run(_build(case.component, shape).eval(), features)
    assert torch.equal(again, logits), "fitted again with the same seed, it answers otherwise"


@check("several labels", "model", when=_at_once)
def several_labels(case: Case) -> None:
    """With a loss for several labels a clip may have none, one or all; or a ValueError says that it is not for that."""
    shape = _shape(case)
    module = case.component.build(shape, CLASSES)
    features, targets = examples(shape, CLASSES)
    targets[:, 0] = targets[:, 1]
    try:
        module.fit([(features, targets)], multi_label=True, seed=0)
    except ValueError as error:
        assert str(error).strip(), "the ValueError says nothing"
        return
    answers = _run(module.eval(), features).sigmoid() > 0.5
    right = float((answers == (targets > 0.5)).float().mean())
    assert right >= 0.8, f"of the labels of examples that it was fitted to, {right:.0%} are right"


@check("bfloat16", "model", when=_by_gradients)
def bfloat16(case: Case) -> None:
    """Where the hardware computes it, training runs the model under torch.autocast in bfloat16."""
    import torch

    shape = _shape(case)
    module = _build(case.component, shape).train()
    with torch.autocast("cpu", torch.bfloat16):
        found = module(_features(shape))
    assert_finite(found, "the model in bfloat16")


@check("weights are saved", "model")
def weights_are_saved(case: Case) -> None:
    """All that the model has learned is in its state_dict: what bundles and checkpoints hold."""
    from genrekit import checkpoint

    shape = _shape(case)
    features, path = _features(shape), Path(case.folder) / "weights.safetensors"
    checkpoint.save_weights(path, _module(case))
    other = _build(case.component, shape, seed=1).eval()
    checkpoint.load_weights(path, other)
    what = "a model with another's weights (is a tensor neither a parameter nor a buffer?)"
    assert_close(_run(other, features), _run(_module(case), features), what, 1e-6)


@check("portable", "model")
def portable(case: Case) -> None:
    """What portable() builds has the same answers with the same weights: bundles are rebuilt from it elsewhere."""
    from genrekit import checkpoint

    shape = _shape(case)
    features, path = _features(shape), Path(case.folder) / "portable.safetensors"
    other = _build(portable_copy(case.component), shape, seed=1).eval()
    checkpoint.save_weights(path, _module(case))
    checkpoint.load_weights(path, other)
    assert_close(_run(other, features), _run(_module(case), features), "what portable() builds, same weights", 1e-6)


@check("learning rates", "model")
def learning_rates(case: Case) -> None:
    """learning_rates() names parameters of the network, with finite factors above 0."""
    from genrekit.training.rates import misfit

    module = _module(case)
    problem = misfit(case.component.learning_rates(module), dict(module.named_parameters()))
    assert not problem, problem


@check("export", "model")
def export(case: Case) -> None:
    """With it in its ONNX graph, a bundle predicts without torch and without this plugin."""
    shape = _shape(case)
    waveforms = list(10 * recordings.noise(3, shape.channels * shape.bins * shape.frames))
    networks.export(networks.reshaping(shape), _module(case), False, [w.clip(-1, 1) for w in waveforms])
