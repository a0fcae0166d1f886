"""The training loop, readable top to bottom."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from genrekit import checkpoint, history
from genrekit.augmentation import augment, generators
from genrekit.clips import Clips
from genrekit.console import Advance, Narrator
from genrekit.errors import TrainingError
from genrekit.evaluation import compute_logits, figures, outcome_of, plain_numbers
from genrekit.examples import Examples
from genrekit.features import Featurizer
from genrekit.history import EpochLine
from genrekit.outcome import Outcome
from genrekit.prefetch import ahead
from genrekit.processes import BatchShare, Processes
from genrekit.profile import Profile
from genrekit.randomness import generator, torch_seed
from genrekit.recipe import Recipe

if TYPE_CHECKING:
    import numpy as np
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
    profile: Profile = field(default_factory=Profile)
    history: list[EpochLine] = field(default_factory=list)
    progress: checkpoint.Progress = field(default_factory=checkpoint.Progress)

    def __post_init__(self) -> None:
        train = self.recipe.train
        self.steps = math.ceil(len(self.examples["train"]) / train.batch_size)
        self._refuse_idle_processes()
        self.optimizer: torch.optim.Optimizer = train.optimizer.build(self.network.parameters())
        self.scheduler: LRScheduler | None = None
        if train.scheduler:
            self.scheduler = train.scheduler.build(self.optimizer, train.epochs, self.steps)
        targets = self.examples["train"].targets
        self.loss = train.loss.build(targets.sum(axis=0).astype(int).tolist(), len(targets)).to(self.device)

    def _refuse_idle_processes(self) -> None:
        size, count = self.recipe.train.batch_size, self.processes.count
        last = len(self.examples["train"]) - (self.steps - 1) * size
        if min(size, last) < count:
            raise TrainingError(
                f"{count} processes cannot share a batch of {min(size, last)}",
                why=f"the last of {self.steps} batches of {size} training examples holds {last}",
                hint="another train.batch_size, or fewer processes",
            )

    @property
    def parts(self) -> dict[str, object]:
        """What a checkpoint holds."""
        return {"network": self.network, "optimizer": self.optimizer, "scheduler": self.scheduler}

    def fit(self) -> None:
        """Train until the last epoch or an early stop; the best epoch's weights are in ``best.safetensors``."""
        while self.progress.epoch < self.recipe.train.epochs and not self.progress.stopped:
            self._epoch(self.progress.epoch + 1)

    def _epoch(self, epoch: int) -> None:
        started, lr = time.perf_counter(), self.optimizer.param_groups[0]["lr"]
        loss = self._train(epoch)
        trained = time.perf_counter() - started
        line = {"epoch": epoch, "train_loss": loss, "lr": lr}
        outcome = self.evaluate("validation")
        with self.profile("figures"):
            line |= plain_numbers(figures(self.recipe.evaluate, outcome))
        line |= {"train_s": round(trained, 3), "epoch_s": round(time.perf_counter() - started, 3)}
        self._judge(line)
        self._step_scheduler("epoch", line)
        self.progress.epoch = epoch
        self.progress.stopped = self.epoch_ended(line) or self._tired()
        self._save()

    def _train(self, epoch: int) -> float:
        """One pass over the training examples; returns the mean loss over them."""
        self.network.train()
        total = 0.0
        with self.show_steps(f"epoch {epoch}", self.steps) as advance:
            for step, (indices, windows) in enumerate(ahead(self._batches(epoch))):
                total += self._step(epoch, step, indices, windows)
                advance("")
        return total / len(self.examples["train"])

    def _step(self, epoch: int, step: int, indices: np.ndarray, windows: list[torch.Tensor]) -> float:
        """Learn from one batch; returns the sum of its examples' losses."""
        import torch

        self._seed(epoch, step)
        self.share.rows, self.share.total = self.processes.share(len(indices)), len(indices)
        features, targets = self._inputs(epoch, indices[self.share.rows], windows)
        with self.profile("forward"), self._autocast():
            loss = self.loss(self.network(features).float(), targets).sum()
        total = self.processes.add(loss.detach().clone()).item()
        self._refuse_nan(total / len(indices), epoch, step, indices)
        with self.profile("backward"):
            self.optimizer.zero_grad(set_to_none=True)
            torch.autograd.backward(loss / len(indices))
            self.processes.add_gradients(self.network)
        with self.profile("optimizer"):
            self.optimizer.step()
        self._step_scheduler("step", {})
        return total

    def _batches(self, epoch: int) -> Iterator[tuple[np.ndarray, list[torch.Tensor]]]:
        examples, size = self.examples["train"], self.recipe.train.batch_size
        order = generator(self.recipe.seed, "order", epoch).permutation(len(examples))
        for start in range(0, len(order), size):
            with self.profile("load"):
                batch = order[start : start + size]
                windows = examples.load(batch[self.processes.share(len(batch))])
            yield batch, windows

    def _seed(self, epoch: int, step: int) -> None:
        """Dropout and the like draw from torch's global generator: it is set anew for each step."""
        import torch

        torch.manual_seed(torch_seed(self.recipe.seed, "step", epoch, step))

    def _inputs(
        self, epoch: int, indices: np.ndarray, windows: list[torch.Tensor]
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Augmented features and targets of one batch, on the training device."""
        import torch

        examples = self.examples["train"]
        rngs = generators(self.recipe.seed, epoch, examples.rows[indices], examples.windows[indices])
        waveform, features = ([a for a in self.recipe.augment if a.on == on] for on in ("waveform", "features"))
        with self.profile("features"):
            batch = self.featurizer(windows, waveform, rngs)
        with self.profile("augment"):
            batch = augment(batch, features, rngs)
        return batch, torch.from_numpy(examples.targets[indices]).to(self.device)

    def _autocast(self) -> torch.autocast:
        import torch

        bf16 = self.recipe.train.precision == "bf16"
        return torch.autocast(self.device.type, torch.bfloat16, enabled=bf16)

    def _refuse_nan(self, loss: float, epoch: int, step: int, indices: np.ndarray) -> None:
        if math.isfinite(loss):
            return
        rows = self.examples["train"].rows[indices]
        paths = self.clips.column("path")
        raise TrainingError(
            f"the loss is {loss} in epoch {epoch}, batch {step + 1} of {self.steps}",
            why=f"with clips {', '.join(paths[row] for row in rows[:4])}{' …' if len(rows) > 4 else ''}",
            hint="a lower learning rate (--set train.optimizer.lr=1e-4), or --set train.precision=float32",
        )

    def evaluate(self, part: str) -> Outcome:
        """The network's answers for a part."""
        size = self.recipe.train.batch_size
        with self.profile("evaluate"):
            examples = self.examples[part]
            logits = compute_logits(self.network, self.featurizer, examples, size, self.processes)
            return outcome_of(part, logits, examples, self.clips, self.labels)

    def best_outcomes(self) -> list[Outcome]:
        """The best epoch's answers for the parts that are reported: validation, and test where there is one."""
        self.processes.wait()
        checkpoint.load_weights(self.best_path, self.network)
        return [self.evaluate(part) for part in ("validation", "test") if len(self.examples.get(part, ()))]

    def _judge(self, line: EpochLine) -> None:
        """Keep the weights if this epoch is the best so far; of equals, the one whose validation loss is lower."""
        kept = history.best([*self.history, line], self.recipe.train.keep)
        if kept is line and self.processes.first:
            checkpoint.save_weights(self.best_path, self.network)
        # Only when the weights are safe: an interrupt before leaves the epoch before as the last.
        line["best_epoch"] = self.progress.best_epoch = int(kept["epoch"])
        self.history.append(line)

    def _tired(self) -> str | None:
        stop = self.recipe.train.stop_early
        if stop is None:
            return None
        waited = history.epochs_without_better(self.history, stop.metric)
        return f"{stop.metric} has not improved for {waited} epochs" if waited >= stop.patience else None

    def _step_scheduler(self, interval: str, line: EpochLine) -> None:
        scheduler = self.recipe.train.scheduler
        if scheduler and self.scheduler and scheduler.interval == interval:
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
            checkpoint.save(self.last_path, self.progress, self.parts)

    def resume(self) -> None:
        """Continue where the last checkpoint of the run folder stands; from the start if there is none."""
        if not self.last_path.exists():
            return
        self.progress = checkpoint.load(self.last_path, self.parts)
        self.history[:] = history.load(self.folder / "history.jsonl", self.progress.epoch)
