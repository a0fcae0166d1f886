"""Puts together what training needs, from the recipe's components and the prepared clips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from genrekit.component import FittedModel
from genrekit.ensemble import build_network, shapes_seen
from genrekit.examples import Examples, examples_of
from genrekit.features import Featurizer, measure_shape
from genrekit.hardware import memory_format
from genrekit.processes import BatchShare
from genrekit.randomness import torch_seed
from genrekit.recipe.dry_run import try_augmenters
from genrekit.resident import kept_on
from genrekit.training import Training
from genrekit.training.fitting import Fitting
from genrekit.views import views_of

if TYPE_CHECKING:
    from genrekit.component import FeatureShape
    from genrekit.pipeline import Run
    from genrekit.preparation import Preparation


def assemble(run: Run, preparation: Preparation) -> Training:
    """The run's training, where its last checkpoint stands."""
    from accelerate import PartialState

    recipe, labels = run.recipe, run.clips.labels()
    torch.set_num_threads(recipe.train.threads or 1)
    device = PartialState(cpu=recipe.train.device == "cpu").device
    module = recipe.features.build().eval()
    shape = measure_shape(recipe.features, module)
    try_augmenters(recipe.augment, torch.zeros(1, *shape), recipe.train.ensemble_channels)
    share = BatchShare()
    kind, views = Training, views_of(recipe.augment, shape)
    if isinstance(recipe.model, FittedModel):
        kind = Fitting
        if views:
            run.narrator.warn(f"{recipe.model.use} is fitted at once: it answers without test-time augmentation")
            views = []
    training = kind(
        recipe=recipe,
        clips=run.clips,
        labels=labels,
        examples={part: kept_on(device, found) for part, found in _examples(run, labels, preparation).items()},
        network=_network(run, shape, len(labels), share).to(device),
        views=[view.to(device).eval() for view in views],
        featurizer=Featurizer(module.to(device), run.stage, device),
        device=device,
        processes=run.processes,
        share=share,
        folder=run.folder.path,
        epoch_ended=run.epoch_ended,
        show_steps=run.narrator.steps,
        profile=run.profile,
    )
    for note in training.resume():
        run.narrator.warn(note)
    return training


def _network(run: Run, shape: FeatureShape, classes: int, share: BatchShare) -> torch.nn.Module:
    """The model with the weights that the seed decides."""
    model, train = run.recipe.model, run.recipe.train
    for seen in shapes_seen(shape, train.ensemble_channels):
        model.check(seen, classes)
    torch.manual_seed(torch_seed(run.recipe.seed, "weights"))
    network = memory_format(build_network(model, shape, classes, train.ensemble_size, train.ensemble_channels))
    if run.processes.count > 1:
        from genrekit.shared_batch import share_batches

        share_batches(network, run.processes, share)
    return network


def _examples(run: Run, labels: list[str], preparation: Preparation) -> dict[str, Examples]:
    parts = [part for part, count in run.clips.counts().items() if count]
    return {part: examples_of(part, run.clips, labels, preparation, run.store) for part in parts}
