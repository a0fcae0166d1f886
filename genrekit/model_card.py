"""The model card: a bundle's README."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genrekit import bundle

HEADLINES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_f1": "macro F1",
    "loss": "loss",
}
"""The figures that people look for first, where an evaluator gives them."""


def headline(figures: Mapping[str, Any]) -> str:
    """The headline figures in one line."""
    return ", ".join(f"{title} {figures[name]:.4f}" for name, title in HEADLINES.items() if name in figures)


def model_card(manifest: bundle.Manifest) -> str:
    """The bundle's README."""
    seconds = manifest.audio.window_samples / manifest.audio.sample_rate
    lines = [
        f"# {manifest.name}",
        "",
        f"An audio classifier trained with genrekit {manifest.genrekit} on {manifest.created[:10]}.",
        "",
        f"- Input: mono audio at {manifest.audio.sample_rate} Hz, in windows of {seconds:.2f} s",
        f"- Output: probabilities of {len(manifest.labels)} labels: {', '.join(manifest.labels)}",
        f"- Features: {manifest.features.options['use']} {list(manifest.feature_shape)}",
        f"- Model: {manifest.model.options['use']}, {manifest.parameters:,} parameters",
        "",
        "| part | " + " | ".join(HEADLINES.values()) + " |",
        "| --- |" + " --- |" * len(HEADLINES),
    ]
    for part in ("validation", "test"):
        numbers = manifest.metrics.get(part, {})
        if numbers:
            cells = [f"{numbers[name]:.4f}" if name in numbers else "" for name in HEADLINES]
            lines.append(f"| {part} | {' | '.join(cells)} |")
    lines += ["", "The validation clips chose the epoch; only test figures are of clips that chose nothing.", ""]
    return "\n".join([*lines, "Use it: `genrekit predict SONG --model THIS_FOLDER`", ""])
