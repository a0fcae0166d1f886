"""The training loop, readable top to bottom."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from genrekit import checkpoint, history
from genrekit.clips import Clips
from genrekit.component import Augmenter
from genrekit.console import Advance, Narrator
from genrekit.examples import Examples
from genrekit.features import Featurizer
from genrekit.history import EpochLine
from genrekit.outcome import Outcome
from genrekit.prefetch import ahead
from genrekit.processes import BatchShare, Processes
from genrekit.profile import Profile
from genrekit.recipe import Recipe
from genrekit.resuming import changes, deciding, moved
from genrekit.training.alarm import Alarm
from genrekit.training.averaging import AveragedWeights, fit_norms
from genrekit.training.batches import Batches, Piece, examples_each
from genrekit.training.bounds import batch_bounds
from genrekit.training.examination import Examination
from genrekit.training.inputs import Inputs, in_order
from genrekit.training.learning import Learner
from genrekit.training.rates import build_optimizer
from genrekit.training.refusals import (
    lost,
    refuse_equal_examples,
    refuse_explosion,
    refuse_idle_processes,
    refuse_unknown_figures,
)
from genrekit.training.statistics import PlainFeatures, fit_statistics

if TYPE_CHECKING:
    import torch
    from torch.optim.lr_scheduler import LRScheduler


@dataclass
class Training:
    """One run's training. `fit` goes from wherever the checkpoint stands to the end."""

    recipe: Recipe
    clips: Clips
    labels: list[str]
    examples: dict[str, Examples]
    network: torch.nn.Module
    featurizer: Featurizer
    device: torch.device
    processes: Processes
    share: BatchShare
    folder: Path
    epoch_ended: Callable[[EpochLine], str | None]
    show_steps: Callable[[str, int], AbstractContextManager[Advance]] = Narrator().steps
    views: Sequence[torch.nn.Module] = ()
    """Test-time augmentation, on the device."""
    profile: Profile = field(default_factory=Profile)
    history: list[EpochLine] = field(default_factory=list)
    progress: checkpoint.Progress = field(default_factory=checkpoint.Progress)
    clock: Alarm = field(default_factory=lambda: Alarm(0))
    started: float = 0.0

    def __post_init__(self) -> None:
        train, examples = self.recipe.train, self.examples["train"]
        self.clock = Alarm(60 * self.recipe.checkpoint.every_minutes)
        self.epoch_size = train.epoch_size or len(examples)
        self.steps = len(batch_bounds(self.epoch_size, train.batch_size))
        refuse_idle_processes(self.epoch_size, train, self.processes.count)
        self.optimizer = build_optimizer(train.optimizer, self.recipe.model, self.network)
        self.scheduler: LRScheduler | None = None
        if train.scheduler:
            self.scheduler = train.scheduler.build(self.optimizer, train.epochs, self.steps)
        self.average = AveragedWeights(self.network, train.average) if train.average else None
        chain = in_order(self.recipe.augment)
        piece_size = min(train.micro_batch_size or train.batch_size, train.batch_size)
        self.batches = Batches(
            self.recipe.seed,
            examples,
            chain,
            self.processes,
            train.batch_size,
            piece_size,
            train.sampling,
            self.epoch_size,
            train.ensemble_size,
        )
        self.learner = self._learner(chain)

    def _learner(self, chain: list[Augmenter]) -> Learner:
        import torch

        targets = self.examples["train"].targets
        counts = targets.sum(axis=0).astype(int).tolist()
        return Learner(
            self.recipe,
            self.network,
            self.recipe.train.loss.build(counts, len(targets)).to(self.device),
            self.optimizer,
            Inputs(self.featurizer, chain, torch.from_numpy(targets), self.profile),
            self.processes,
            self.share,
            self.profile,
        )

    @property
    def parts(self) -> dict[str, object]:
        """What a checkpoint holds."""
        parts = {"network": self.network, "optimizer": self.optimizer, "scheduler": self.scheduler}
        return parts | {"average": self.average}

    def fit(self) -> None:
        """Train until the last epoch or an early stop; the kept epoch's weights are in ``best.safetensors``."""
        with self.profile("figures"):
            refuse_unknown_figures(self.recipe.train, self.examination.figure_names())
        if not (self.progress.epoch or self.progress.step):
            refuse_equal_examples(self.examples["train"])
            with self.profile("statistics"):
                fit_statistics(self.network, self._plain_features, self.processes)
        while self.progress.epoch < self.recipe.train.epochs and not self.progress.stopped:
            self._epoch(self.progress.epoch + 1)

    def _epoch(self, epoch: int) -> None:
        progress = self.progress
        # What of the epoch was trained before a resume counts.
        self.started = time.perf_counter() - progress.seconds
        if not progress.step:
            progress.rates = self._rates()
        loss = self._train(epoch)
        trained = self._seconds()
        line = {"epoch": epoch, "train_loss": loss} | progress.rates
        line |= self.examination.validation_figures(self._evaluated, epoch)
        line |= {"train_s": round(trained, 3), "epoch_s": round(self._seconds(), 3)}
        self._judge(line)
        self._step_scheduler("epoch", line)
        progress.end_epoch(epoch)
        progress.stopped = self.epoch_ended(line) or self._tired()
        self._save()

    def _seconds(self) -> float:
        """How long this epoch has taken so far."""
        return time.perf_counter() - self.started

    def _rates(self) -> dict[str, float]:
        return {"lr": self.optimizer.param_groups[0]["lr"]}

    def _train(self, epoch: int) -> float:
        """One epoch of the training examples; returns the mean loss over them."""
        self.network.train()
        progress = self.progress
        with self.show_steps(f"epoch {epoch}", self.steps) as advance:
            for _ in range(progress.step):
                advance("")
            batches = self.batches.epoch(epoch, progress.step)
            for pieces in ahead(self.profile.each("load", batches)):
                loss = self.learner.step(epoch, progress.step, pieces)
                if not math.isfinite(loss):
                    where = f"epoch {epoch}, batch {progress.step + 1} of {self.steps}"
                    raise lost(loss, where, self._paths(pieces), progress.epoch)
                progress.first_loss = loss if progress.first_loss is None else progress.first_loss
                progress.total += loss * examples_each(pieces)
                self._step_ended(epoch)
                progress.step += 1
                if self.clock.due():
                    progress.seconds = self._seconds()
                    self._save_checkpoint()
                advance("")
        if self.average:
            self.average.epoch_ended(self.network, epoch, self._fit_norms)
        loss = progress.total / self.epoch_size
        refuse_explosion(loss, progress.first_loss or 0.0, epoch)
        return loss

    def _paths(self, pieces: list[Piece]) -> list[str]:
        paths, rows = self.clips.column("path"), self.examples["train"].rows
        return [paths[row] for piece in pieces for row in rows[piece.indices]]

    def _step_ended(self, epoch: int) -> None:
        if self.average:
            self.average.step_ended(self.network, epoch)
        self._step_scheduler("step", {})

    def _fit_norms(self, network: torch.nn.Module) -> None:
        fit_norms(network, replace(self._plain_features, share=self.processes.share, equal=True))

    @property
    def _plain_features(self) -> PlainFeatures:
        return PlainFeatures(self.featurizer, self.examples["train"], self.recipe.train.batch_size)

    @cached_property
    def examination(self) -> Examination:
        return Examination(
            self.recipe,
            self.clips,
            self.labels,
            self.examples,
            self.featurizer,
            self.processes,
            self.views,
            self.profile,
        )

    @property
    def _evaluated(self) -> torch.nn.Module:
        """The network whose figures count and whose weights are kept."""
        averaged = self.average.network if self.average else None
        return averaged or self.network

    def best_outcomes(self) -> list[Outcome]:
        """The best epoch's answers for the parts that are reported: validation, and test where there is one."""
        self.processes.wait()
        checkpoint.load_weights(self.best_path, self.network)
        parts = (part for part in ("validation", "test") if len(self.examples.get(part, ())))
        return [self.examination.outcome(part, self.network) for part in parts]

    @property
    def _less(self) -> frozenset[str]:
        return history.less_is_better(self.recipe.evaluate)

    def _judge(self, line: EpochLine) -> None:
        """Keep the weights if this epoch is the best so far; of equals, the one whose validation loss is lower."""
        kept = history.best([*self.history, line], self.recipe.train.keep, self._less)
        if kept is line and self.processes.first:
            checkpoint.save_weights(self.best_path, self._evaluated)
        # Only when the weights are safe: an interrupt before leaves the epoch before as the last.
        line["best_epoch"] = self.progress.best_epoch = int(kept["epoch"])
        self.history.append(line)

    def _tired(self) -> str | None:
        stop = self.recipe.train.stop_early
        if stop is None:
            return None
        waited = history.epochs_without_better(self.history, stop.metric, self._less)
        return f"{stop.metric} has not improved for {waited} epochs" if waited >= stop.patience else None

    def _step_scheduler(self, interval: str, line: EpochLine) -> None:
        scheduler = self.recipe.train.scheduler
        if scheduler and self.scheduler and scheduler.interval == interval:
            figure = scheduler.goes_by()
            if figure is None or figure in line:
                scheduler.advance(self.scheduler, line)

    @property
    def best_path(self) -> Path:
        return self.folder / "checkpoints" / "best.safetensors"

    @property
    def last_path(self) -> Path:
        return self.folder / "checkpoints" / "last.safetensors"

    def _save(self) -> None:
        if not self.processes.first:
            return
        with self.profile("checkpoint"):
            history.save(self.folder / "history.jsonl", self.history)
        self._save_checkpoint()

    def _save_checkpoint(self) -> None:
        """All processes hold the same, so one of them writes it."""
        if self.processes.first:
            with self.profile("checkpoint"):
                checkpoint.save(self.last_path, self.progress, self.parts, deciding(self.recipe))
        self.clock.saved()

    def resume(self) -> list[str]:
        """Continue where the last checkpoint of the run folder stands; from the start if there is none.

        Returns what people should know: why the result may not be that of a run which was never interrupted.
        """
        if not self.last_path.exists():
            return []
        found = checkpoint.read(self.last_path)
        notes = changes(found.recipe, deciding(self.recipe), self.folder) + moved(self.folder)
        found.restore(self.parts)
        self.progress = found.progress
        self.history[:] = history.load(self.folder / "history.jsonl", self.progress.epoch)
        return notes
