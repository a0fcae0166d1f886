"""The end of a run: figures of the best epoch, pictures, predictions, bundle and report."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genrekit import answering, atomic, bundle, checkpoint, leakage
from genrekit.chosen import EPOCH, in_words
from genrekit.chosen import KEY as CHOSEN
from genrekit.component import Augmenter, Component, FeatureShape
from genrekit.errors import AudioError, one_line
from genrekit.evaluation import figures
from genrekit.export import Export, WaveformClassifier, export_checked
from genrekit.headline import account, headline
from genrekit.history import LAST
from genrekit.intervals import intervals
from genrekit.model_card import model_card
from genrekit.prediction_rows import prediction_rows
from genrekit.unreported import without_report
from genrekit.views import viewed, views_of

if TYPE_CHECKING:
    import numpy as np

    from genrekit.answering import Answering
    from genrekit.leakage import Kin
    from genrekit.outcome import Outcome
    from genrekit.pipeline import Run
    from genrekit.preparation import Preparation
    from genrekit.training import Training


@dataclass
class Finishing:
    """What is left to do when training is over."""

    run: Run
    training: Training
    preparation: Preparation
    answering: Answering = field(init=False)
    kin: Kin = field(init=False)

    def finish(self, outcomes: list[Outcome]) -> dict[str, Any]:
        """Write metrics, predictions, pictures, bundle and report; returns the metrics."""
        training, folder = self.training, self.run.folder
        recipe = self.run.recipe
        self.answering = answering.fit(recipe.answers, outcomes, training.labels, recipe.train.loss.multi_label)
        self.kin = leakage.find_kin(self.run.clips, self.preparation, self.run.store.root)
        answered = [self.answering.apply(outcome) for outcome in outcomes]
        with training.profile("intervals"):
            metrics = self._metrics(outcomes, answered)
        outcomes = answered
        folder.write_json("metrics.json", metrics)
        folder.write_csv("predictions.csv", prediction_rows(outcomes, self.kin))
        with training.profile("export"):
            self._bundle(metrics)
        self.run.unreported = self._report(metrics, outcomes)
        self._summarize(metrics)
        return metrics

    def _report(self, metrics: dict[str, Any], outcomes: list[Outcome]) -> str | None:
        """Pictures and page. The model is there by now, and its run has not failed if these do: why, or None."""
        run, history = self.run, self.training.history
        try:
            from genrekit.report import write_report
            from genrekit.report.drawing import draw

            with self.training.profile("pictures"):
                run.pictures = draw(run.recipe.evaluate, outcomes[-1], history, run.folder.path, run.narrator.warn)
            write_report(run.folder, run.recipe, metrics, outcomes, history, run.pictures)
        except Exception as error:  # whatever it is
            return one_line(error)
        return None

    def _metrics(self, outcomes: list[Outcome], answered: list[Outcome]) -> dict[str, Any]:
        """``answered`` are the outcomes as the bundle will answer."""
        recipe = self.run.recipe
        metrics: dict[str, Any] = {
            after.part: figures(recipe.evaluate, after)
            | intervals(recipe.evaluate, after, recipe.seed)
            | self.answering.describe(before, after)
            for before, after in zip(outcomes, answered, strict=True)
        }
        metrics["leakage"] = leakage.measure(answered[-1], self.kin, recipe.evaluate)
        metrics[CHOSEN] = self._chosen
        progress = self.training.progress
        return metrics | {"best_epoch": progress.best_epoch, "epochs": progress.epoch, "stopped": progress.stopped}

    @property
    def _chosen(self) -> list[str]:
        """What the validation clips chose; nothing where there are none."""
        answers, wanted = self.answering.answers, self.run.recipe.answers
        chosen = {
            EPOCH: self.run.recipe.train.keep != LAST,
            "the temperature": answers.temperature != 1,
            "the thresholds": bool(answers.thresholds) and wanted.thresholds == "fitted",
            "when to abstain": answers.abstain_below is not None and wanted.abstain_accuracy is not None,
        }
        there = len(self.training.examples.get("validation", ())) > 0
        return [name for name, did in chosen.items() if did and there]

    def _notes(self, figures: dict[str, Any]) -> list[str]:
        """What people should know before they trust the reported part's figures."""
        note = figures["bootstrap"]["note"]
        return [*self.answering.notes, *([note] if note else [])]

    def _bundle(self, metrics: dict[str, Any]) -> None:
        recipe, training = self.run.recipe, self.training
        answers = self.answering.answers
        classifier = WaveformClassifier(
            training.featurizer.module,
            viewed(training.network, training.views),
            answers.temperature,
            answers.multi_label,
        )
        classifier.cpu().eval()
        features = recipe.features
        with atomic.replacing_folder(self.run.folder.path / "bundle") as folder:
            waveforms = self._sample_waveforms()
            export = export_checked(
                classifier, self._window_samples(), features.any_length, folder / bundle.ONNX, waveforms
            )
            checkpoint.save_weights(folder / bundle.WEIGHTS, classifier)
            manifest = self._manifest(export, metrics)
            atomic.write_text(folder / bundle.CARD, model_card(manifest, in_words(self._chosen)))
            bundle.write_manifest(folder, manifest)
        if export.reason:
            self.run.narrator.warn(f"no ONNX in the bundle, predictions will need torch: {export.reason}")

    def _sample_waveforms(self) -> list[np.ndarray]:
        """A few real windows to compare onnxruntime with torch on."""
        import numpy as np

        from genrekit.clip_preparation import read_windows

        paths = list(dict.fromkeys(result.path for result in self.preparation.usable.values()))
        waveforms = []
        for path in paths[:: max(1, len(paths) // 4)][:4]:
            # The model is worth more than one more clip to check it on.
            with contextlib.suppress(AudioError):
                waveforms.append(next(read_windows(path, self.run.recipe.features)))
        return waveforms or [np.random.default_rng(0).normal(0, 0.1, self._window_samples()).astype(np.float32)]

    def _window_samples(self) -> int:
        features = self.run.recipe.features
        return max(features.window_samples(), features.minimum_samples())

    def _manifest(self, export: Export, metrics: dict[str, Any]) -> bundle.Manifest:
        from genrekit import __version__
        from genrekit.features import measure_shape

        recipe, features = self.run.recipe, self.run.recipe.features
        shape: FeatureShape = measure_shape(features, self.training.featurizer.module)
        return bundle.Manifest(
            name=recipe.name,
            genrekit=__version__,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            labels=self.training.labels,
            audio=bundle.Audio(
                sample_rate=features.sample_rate,
                window_samples=features.window_samples(),
                minimum_samples=features.minimum_samples(),
                any_length=features.any_length,
                hop_samples=recipe.cutting().hop,
                within_db=recipe.cutting().within_db,
            ),
            features=self._part("features", features),
            model=self._part("model", recipe.model),
            ensemble_size=recipe.train.ensemble_size,
            ensemble_channels=recipe.train.ensemble_channels,
            views=[self._part("augmenter", augmenter) for augmenter in self._answering_augmenters(shape)],
            answers=self.answering.answers,
            feature_shape=tuple(shape),
            parameters=sum(parameter.numel() for parameter in self.training.network.parameters()),
            onnx_difference=export.difference,
            onnx_missing=export.reason,
            plugins=self.run.plugins.versions(),
            metrics=metrics,
            files={},
        )

    def _answering_augmenters(self, shape: FeatureShape) -> list[Augmenter]:
        """Those that have a part in the answers, by their views."""
        return [one for one in self.run.recipe.augment if self.training.views and views_of([one], shape)]

    def _part(self, kind: str, component: Component) -> bundle.Part:
        distribution = self.run.plugins.registry.find(kind, component.use).distribution
        version = self.run.plugins.versions().get(distribution, "unknown")
        options = component.portable().model_dump(mode="json")
        return bundle.Part(options=options, distribution=distribution, version=version)

    def _summarize(self, metrics: dict[str, Any]) -> None:
        narrator, folder = self.run.narrator, self.run.folder.path
        parts = [part for part in ("validation", "test") if part in metrics]
        for part in parts:
            narrator.say(f"{part} (epoch {metrics['best_epoch']}): {headline(metrics[part])}")
        for line in account(metrics[parts[-1]], parts[-1]):
            narrator.say(line)
        for note in self._notes(metrics[parts[-1]]):
            narrator.warn(note)
        leak = leakage.told(metrics["leakage"])
        if leak:
            narrator.warn(leak)
        if "test" not in metrics and self._chosen:
            what = in_words(self._chosen)
            narrator.warn(f"these clips also chose {what}, so the figure flatters; a test part would not")
        if self.run.unreported:
            narrator.warn(without_report(folder, self.run.unreported))
        else:
            narrator.say(f"report {folder / 'report.html'}")
        if self.run.series:
            return
        model = "" if self.run.runs.resolve() == Path("runs").resolve() else f" --model {folder}"
        narrator.say(f"try: genrekit predict SONG{model}")
