"""A bundle of the full-size CRNN with random weights: what prediction costs does not depend on what was learnt."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

LABELS = ["blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock"]


def main() -> None:
    """``predict_bundle.py FOLDER [small]``: write it into FOLDER."""
    folder, small = Path(sys.argv[1]), "small" in sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    make(folder, small)


def make(folder: Path, small: bool = False) -> None:
    """Build, export, compare with torch on noise, and describe. ``small``: half a second at 8 kHz, as spoken digits."""
    import numpy as np
    import torch

    from genrekit import bundle, checkpoint
    from genrekit.export import WaveformClassifier, export_checked
    from genrekit.features import measure_shape
    from genrekit_builtins.crnn import Crnn
    from genrekit_builtins.mel import LogMel

    torch.manual_seed(0)
    if small:
        features = LogMel(sample_rate=8000, n_fft=256, hop_length=64, n_mels=32, frames=63)
        model = Crnn(channels=(8, 16), hidden_size=16, gru_layers=1, head_size=16)
    else:
        features, model = LogMel(sample_rate=22050), Crnn()
    module = features.build()
    shape = measure_shape(features, module)
    classifier = WaveformClassifier(module, model.build(shape, len(LABELS))).eval()
    noise = np.random.default_rng(0).normal(0, 0.1, features.window_samples()).astype(np.float32)
    export = export_checked(classifier, len(noise), True, folder / bundle.ONNX, [noise])
    if export.reason:
        sys.exit(export.reason)
    checkpoint.save_weights(folder / bundle.WEIGHTS, classifier)
    own = {"distribution": "genrekit", "version": "bench"}
    manifest = bundle.Manifest(
        name="bench-small" if small else "bench-crnn",
        genrekit="bench",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        labels=LABELS,
        audio=bundle.Audio(
            sample_rate=features.sample_rate,
            window_samples=features.window_samples(),
            minimum_samples=features.minimum_samples(),
            any_length=True,
        ),
        features=bundle.Part(options=features.model_dump(mode="json"), **own),
        model=bundle.Part(options=model.model_dump(mode="json"), **own),
        feature_shape=tuple(shape),
        parameters=sum(parameter.numel() for parameter in classifier.network.parameters()),
        onnx_difference=export.difference,
        onnx_missing=None,
        plugins={},
        metrics={},
        files={},
    )
    bundle.write_manifest(folder, manifest)


if __name__ == "__main__":
    main()
