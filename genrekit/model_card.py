"""The model card: a bundle's README."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from genrekit import bundle
from genrekit.headline import HEADLINES, drawn, with_interval


def model_card(manifest: bundle.Manifest, chosen: str = "") -> str:
    """The bundle's README. ``chosen`` is what the validation clips chose, in words."""
    audio = manifest.audio
    seconds = audio.window_samples / audio.sample_rate
    kind = "tags recordings with any number of labels" if manifest.answers.multi_label else "gives recordings one label"
    lines = [
        f"# {manifest.name}",
        "",
        f"An audio classifier that {kind}, trained with genrekit {manifest.genrekit} on {manifest.created[:10]}.",
        "",
        f"- Input: mono audio at {audio.sample_rate} Hz, in windows of {seconds:.2f} s{_every(audio)}",
        f"- Output: probabilities of {len(manifest.labels)} labels: {', '.join(manifest.labels)}",
        *(f"- {line}" for line in _answers(manifest.answers)),
        f"- Features: {manifest.features.options['use']} {list(manifest.feature_shape)}",
        f"- Model: {_networks(manifest)}, {manifest.parameters:,} parameters",
        *(f"- Test-time augmentation: {part.options['use']}, the logits averaged" for part in manifest.views),
        "",
        *_figures(manifest.metrics),
        "",
        *_meaning(manifest.metrics, chosen, manifest.audio.within_db),
        "",
    ]
    return "\n".join([*lines, "Use it: `genrekit predict SONG --model THIS_FOLDER`", ""])


def _networks(manifest: bundle.Manifest) -> str:
    name, size = manifest.model.options["use"], manifest.ensemble_size
    several = f"{size} × {name}, their logits averaged" if size > 1 else str(name)
    if manifest.ensemble_channels is None:
        return several
    each = "; ".join(" and ".join(map(str, channels)) for channels in manifest.ensemble_channels)
    return f"{several}, which {'see' if size > 1 else 'sees'} the features' channels {each} (from 0, in turn)"


def _every(audio: bundle.Audio) -> str:
    return f", one every {audio.hop_samples / audio.sample_rate:.2f} s" if audio.hop_samples else ""


def _answers(answers: bundle.Answers) -> Iterator[str]:
    """How probabilities become answers."""
    if answers.temperature != 1:
        yield f"Calibration: logits are divided by a temperature of {answers.temperature:g}, in `model.onnx` too"
    if answers.abstain_below:
        yield f"Abstention: no answer below a probability of {answers.abstain_below:.1%}"
    if answers.thresholds:
        rows = ", ".join(f"{label} {threshold:.1%}" for label, threshold in answers.thresholds.items())
        yield f"A label is given from its threshold on: {rows}"


def _figures(metrics: Mapping[str, Any]) -> Iterator[str]:
    """A table of the headline figures, those that there are, by part."""
    parts = {part: metrics[part] for part in ("validation", "test") if metrics.get(part)}
    names = [name for name in HEADLINES if any(name in figures for figures in parts.values())]
    yield "| part | " + " | ".join(HEADLINES[name] for name in names) + " |"
    yield "| --- |" + " --- |" * len(names)
    for part, figures in parts.items():
        cells = [with_interval(figures, name) if name in figures else "" for name in names]
        yield f"| {part} | {' | '.join(cells)} |"


def _meaning(metrics: Mapping[str, Any], chosen: str, within_db: float | None) -> Iterator[str]:
    """What the figures are figures of, and what they are not."""
    yield "Figures are of whole clips, a clip's windows averaged, as this model answers them."
    yield "Windows in which no sample reaches -80 dBFS are left out of the mean, unless all are like that."
    if within_db is not None:
        yield f"So are windows whose level is more than {within_db:g} dB below that of the clip's loudest."
    if "validation" in metrics and chosen:
        flatters = "" if "test" in metrics else ", and there are none here: the figures above flatter"
        yield f"The validation clips chose {chosen}; only test figures are of clips that chose nothing{flatters}."
    reported = metrics.get("test") or metrics.get("validation") or {}
    about, note = drawn(reported), reported.get("bootstrap", {}).get("note")
    if about:
        yield f"In brackets: {about}. They say how other such clips might have come out, not other training runs."
    if note:
        yield f"Note: {note}."
