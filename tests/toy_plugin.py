"""A third-party plugin in one file, small and quick: every kind once. The core's tests run on it alone."""

from __future__ import annotations

import concurrent.futures
from pathlib import Path
from typing import Any, Literal

import genrekit


class Tones(genrekit.Dataset):
    """Every audio file below a folder; the label is the name of its folder."""

    use: Literal["toy-tones"] = "toy-tones"
    root: genrekit.RecipePath = genrekit.Field(description="where the files are")

    def clips(self) -> genrekit.Clips:
        paths = sorted(path for path in self.root.rglob("*") if path.is_file())
        return genrekit.Clips.from_rows(genrekit.Clip(str(path), [path.parent.name]) for path in paths)


class EveryThird(genrekit.Splitter):
    """Every third clip validates."""

    use: Literal["toy-third"] = "toy-third"
    test: bool = genrekit.Field(False, description="whether every third clip after that is for testing")

    def split(self, clips: genrekit.Clips, seed: int) -> genrekit.Clips:
        names = ["train", "test" if self.test else "train", "validation"]
        return clips.with_column("part", [names[row % 3] for row in range(len(clips))])


class InTurn(genrekit.Splitter):
    """Clips are dealt out to folds in turn; the fold after the tested one validates."""

    use: Literal["toy-folds"] = "toy-folds"
    folds: int = genrekit.Field(3, ge=2, description="how many folds")
    fold: int = genrekit.Field(0, ge=0, description="the fold that is tested")
    validation: bool = genrekit.Field(True, description="whether a fold validates")

    def split(self, clips: genrekit.Clips, seed: int) -> genrekit.Clips:
        names = {self.fold: "test"} | ({(self.fold + 1) % self.folds: "validation"} if self.validation else {})
        return clips.with_column("part", [names.get(row % self.folds, "train") for row in range(len(clips))])

    def each_fold(self, clips: genrekit.Clips) -> list[genrekit.Splitter]:
        return [self.model_copy(update={"fold": fold}) for fold in range(self.folds)]


class Bands(genrekit.FeatureExtractor):
    """Log energies of spectrum bands."""

    use: Literal["toy-bands"] = "toy-bands"
    sample_rate: int = genrekit.Field(8000, description="sample rate in Hz")
    bands: int = genrekit.Field(8, ge=2, description="number of bands")

    def window_samples(self) -> int:
        return 4096

    def build(self) -> Any:
        import torch

        class Module(torch.nn.Module):
            def __init__(self, bands: int) -> None:
                super().__init__()
                self.bands = bands
                window = torch.hann_window(512)
                angle = 2 * torch.pi * torch.arange(512)[:, None] * torch.arange(256)[None] / 512
                self.register_buffer("basis", torch.cat([angle.cos(), angle.sin()], dim=1) * window[:, None])

            def forward(self, waveform: torch.Tensor) -> torch.Tensor:
                spectrum = waveform.reshape(-1, 1, 8, 512) @ self.basis
                energy = spectrum[..., :256].square() + spectrum[..., 256:].square()
                bands = energy.reshape(-1, 1, 8, self.bands, 256 // self.bands).sum(dim=-1)
                return (bands + 1e-6).log().transpose(2, 3)

        return Module(self.bands)


class Louder(genrekit.Augmenter):
    """Multiplies by a random factor."""

    use: Literal["toy-louder"] = "toy-louder"
    test_time: bool = genrekit.Field(False, description="whether a clip is answered twice and half as loud too")

    def draw(self, rng: Any, shape: tuple[int, ...]) -> dict[str, float]:
        return {"factor": rng.uniform(0.5, 1.5)}

    def apply(self, batch: Any, draws: dict[str, Any]) -> Any:
        return batch * draws["factor"].to(batch.dtype).reshape(-1, *[1] * (batch.dim() - 1))

    def views(self, shape: genrekit.FeatureShape) -> Any:
        return [Times(2.0), Times(0.5)] if self.test_time else []


class Small(genrekit.Model):
    """Batch normalisation, a convolution, dropout, a linear layer."""

    use: Literal["toy-small"] = "toy-small"
    width: int = genrekit.Field(8, ge=1, description="channels")
    exports: bool = genrekit.Field(True, description="whether it can be exported")

    def build(self, shape: genrekit.FeatureShape, classes: int) -> Any:
        from torch import nn

        refuse = [] if self.exports else [NoExport()]
        convolution = nn.Conv2d(shape.channels, self.width, 3, padding=1)
        size = self.width * shape.bins * shape.frames
        return nn.Sequential(
            nn.BatchNorm2d(shape.channels),
            convolution,
            nn.ReLU(),
            nn.Flatten(),
            nn.Dropout(0.2),
            *refuse,
            nn.Linear(size, classes),
        )


def Times(factor: float) -> Any:  # noqa: N802
    """A layer that multiplies."""
    from torch import nn

    class Layer(nn.Module):
        def forward(self, x: Any) -> Any:
            return x * factor

    return Layer()


def NoExport() -> Any:  # noqa: N802
    """A layer whose Python control flow depends on the data, which no tracer can follow."""
    from torch import nn

    class Layer(nn.Module):
        def forward(self, x: Any) -> Any:
            return x * 2 if float(x.detach().sum()) > 1e9 else x

    return Layer()


class Descent(genrekit.Optimizer):
    """Gradient descent with momentum."""

    use: Literal["toy-descent"] = "toy-descent"
    lr: float = genrekit.Field(0.01, description="learning rate")

    def build(self, parameters: Any) -> Any:
        import torch

        return torch.optim.SGD(parameters, lr=self.lr, momentum=0.9)


class Halving(genrekit.Scheduler):
    """Halves the learning rate in every epoch."""

    use: Literal["toy-halving"] = "toy-halving"

    def build(self, optimizer: Any, epochs: int, steps_per_epoch: int) -> Any:
        import torch

        return torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)


class Share(genrekit.Evaluator):
    """The share of right answers."""

    use: Literal["toy-share"] = "toy-share"

    def metrics(self, outcome: genrekit.Outcome) -> dict[str, Any]:
        right = float((outcome.predicted == outcome.targets).mean())
        return {"accuracy": right, "macro_f1": right, "loss": outcome.loss}

    def pictures(self, outcome: Any, history: Any, folder: Path) -> list[Path]:
        path = folder / "share.svg"
        path.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
        return [path]


class Threads(genrekit.Executor):
    """A thread pool."""

    use: Literal["toy-threads"] = "toy-threads"
    workers: int = genrekit.Field(2, ge=1, description="threads")

    def open(self) -> concurrent.futures.Executor:
        return concurrent.futures.ThreadPoolExecutor(self.workers)

    def capacity(self) -> int:
        return self.workers


EVENTS: list[Any] = []


@genrekit.hookimpl
def run_started(event: Any) -> None:
    EVENTS.append(event)


@genrekit.hookimpl
def epoch_ended(event: Any) -> None:
    EVENTS.append(event)


@genrekit.hookimpl
def run_ended(event: Any) -> None:
    EVENTS.append(event)


def _registers(*components: Any) -> Any:
    def implementation(register: Any) -> None:
        for component in components:
            register(component)

    return genrekit.hookimpl(implementation)


register_datasets = _registers(Tones)
register_splitters = _registers(EveryThird, InTurn)
register_features = _registers(Bands)
register_augmenters = _registers(Louder)
register_models = _registers(Small)
register_optimizers = _registers(Descent)
register_schedulers = _registers(Halving)
register_evaluators = _registers(Share)
register_executors = _registers(Threads)
