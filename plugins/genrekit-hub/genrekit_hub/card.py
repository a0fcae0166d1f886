"""The model card: the bundle's own, with the metadata that the Hub sorts, filters and compares models by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from genrekit import bundle
from genrekit_hub.address import Address

TASK = "audio-classification"

METRICS = {
    "accuracy": ("accuracy", "Accuracy"),
    "balanced_accuracy": ("balanced_accuracy", "Balanced accuracy"),
    "macro_f1": ("f1", "Macro F1"),
    "micro_f1": ("f1", "Micro F1"),
    "mean_average_precision": ("mean_average_precision", "Mean average precision"),
}
"""A bundle's figure -> the Hub's type of metric, and its name there."""


@dataclass(frozen=True)
class About:
    """What a bundle does not know of itself. ``dataset`` is the data set's name, or its id on the Hub."""

    dataset: str
    license: str | None = None
    dataset_on_hub: bool = False


def card(manifest: bundle.Manifest, text: str, address: Address, about: About) -> str:
    """README.md: ``text`` is the bundle's own card."""
    from huggingface_hub import ModelCardData

    part = "test" if manifest.metrics.get("test") else "validation"
    results = list(_results(manifest.metrics.get(part) or {}, part, about))
    data = ModelCardData(
        license=about.license,
        library_name="genrekit",
        pipeline_tag=TASK,
        tags=["audio", TASK, "genrekit", *(["onnx"] if bundle.ONNX in manifest.files else [])],
        datasets=[about.dataset] if about.dataset_on_hub else None,
        metrics=list(dict.fromkeys(result.metric_type for result in results)) or None,
        model_name=manifest.name if results else None,
        eval_results=results or None,
    )
    return f"---\n{data.to_yaml()}\n---\n\n{text.strip()}\n\n{_use(manifest, address)}"


def _results(figures: Mapping[str, Any], part: str, about: About) -> Iterator[Any]:
    from huggingface_hub import EvalResult

    for figure, (metric, name) in METRICS.items():
        if isinstance(figures.get(figure), int | float):
            yield EvalResult(
                task_type=TASK,
                dataset_type=about.dataset,
                dataset_name=about.dataset,
                dataset_split=part,
                metric_type=metric,
                metric_name=name,
                metric_value=round(float(figures[figure]), 6),
            )


def _use(manifest: bundle.Manifest, address: Address) -> str:
    """How to predict with it from the repository."""
    needed = sorted({manifest.features.distribution, manifest.model.distribution} - {"genrekit"})
    also = [] if bundle.ONNX in manifest.files else needed
    return "\n".join(
        [
            "## From this repository",
            "",
            "```console",
            f"$ pip install genrekit genrekit-hub{''.join(f' {name}' for name in also)}",
            f"$ genrekit predict song.wav --model hf:{address.repo}",
            "```",
            "",
            "```python",
            "import genrekit",
            "",
            f'print(genrekit.load("hf:{address.repo}").predict("song.wav").label)',
            "```",
            "",
        ]
    )
