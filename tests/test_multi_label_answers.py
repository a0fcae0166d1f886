"""A model of several labels answers as its run says: probabilities, thresholds, tables, torch and ONNX alike."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from test_multi_label_training import SEVERAL
from test_multi_label_training import tagged as tagged
from toy_runs import TOY, ToyRuns

import genrekit
from genrekit.bundle import read_manifest
from genrekit.predict import Predictor
from genrekit.torch_engine import TorchEngine

LONGER = ("train.epochs=6", "train.optimizer.lr=0.05", "train.scheduler={use='cosine'}")


def test_predict_says_what_predictions_csv_says(tagged: ToyRuns, command: Callable[..., Any]) -> None:
    folder = tagged.run(*SEVERAL, *LONGER).folder
    manifest = read_manifest(folder / "bundle")
    assert manifest.answers.multi_label
    assert list(manifest.answers.thresholds or {}) == manifest.labels
    assert "from its threshold on: even " in (folder / "bundle" / "README.md").read_text()
    predictor = genrekit.load(folder)
    torch = Predictor(predictor.folder, manifest, TorchEngine.open(folder / "bundle", manifest))
    with (folder / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        for answer in (predictor.predict(row["path"]), torch.predict(row["path"])):
            assert sorted(answer.labels) == (row["predicted"].split(";") if row["predicted"] else [])
            for label, probability in answer.probabilities.items():
                assert probability == pytest.approx(float(row[f"p({label})"]), abs=5e-6)
    assert any(";" in row["label"] for row in rows)
    metrics = json.loads((folder / "metrics.json").read_text())["validation"]
    right = np.mean([row["label"] == row["predicted"] for row in rows])
    assert metrics["exact_match"] == pytest.approx(right)
    assert metrics["intervals"]["mean_average_precision"]["high"] <= 1

    table = command("--plugin", TOY, "predict", rows[0]["path"], "--model", folder, "--threshold", 0)
    assert len(table.out.splitlines()) == 1 + len(manifest.labels), "all labels reach a threshold of 0"
    none = command("predict", rows[0]["path"], "--model", folder, "--threshold", 1, "--format", "json")
    assert json.loads(none.out)[0]["labels"] == []
