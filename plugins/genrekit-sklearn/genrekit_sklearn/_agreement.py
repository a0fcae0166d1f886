"""An ONNX graph that says what scikit-learn says, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from genrekit.graphs import INPUT, OUTPUT
from genrekit_sklearn._columns import CERTAIN, Columns
from genrekit_sklearn._graph import Way, to_graph, ways

if TYPE_CHECKING:
    import onnx

LOOKED_AT = 512
TOLERANCE = 1e-3
"""A larger difference of a probability is no rounding."""

SHARE = 0.02
"""So many examples may differ: a figure that lies on a tree's threshold may fall on either side of it in float32."""


def written(pipeline: Any, embeddings: np.ndarray, columns: Columns) -> onnx.ModelProto:
    """A fitted pipeline as a graph: embedding [n, size] -> logits [n, classes]. ValueError if none agrees.

    Where skl2onnx writes probabilities that are not scikit-learn's (of two classes, by some classifiers), its margins
    often are.
    """
    looked_at, reasons = between(embeddings), []
    for way in ways(pipeline):
        try:
            model = to_graph(pipeline, embeddings.shape[1], columns, way)
            check_agreement(model, logits_of(pipeline, looked_at, columns, way), looked_at, columns)
        except ValueError as error:
            reasons.append(str(error))
        else:
            return model
    raise ValueError(reasons[0])


def between(embeddings: np.ndarray) -> np.ndarray:
    """Points between neighbouring rows: on the rows themselves distances are 0, and what is divided by them is not."""
    first = embeddings[:LOOKED_AT]
    blended: np.ndarray = (0.7 * first + 0.3 * np.roll(first, 1, axis=0)).astype(np.float32)
    return blended


def check_agreement(model: onnx.ModelProto, logits: np.ndarray, embeddings: np.ndarray, columns: Columns) -> None:
    """Raises ValueError where too many of ``embeddings`` are answered otherwise than by ``logits``."""
    found = probabilities(_run(model, embeddings), columns.multi_label)
    difference = np.abs(found - probabilities(logits, columns.multi_label)).max(axis=1)
    differing = int((~(difference <= TOLERANCE)).sum())
    if differing > SHARE * len(embeddings):
        raise ValueError(
            f"its ONNX graph, by skl2onnx, gives {differing} of {len(embeddings)} answers that scikit-learn does not, "
            f"{difference.max():.2g} off"
        )


def logits_of(pipeline: Any, embeddings: np.ndarray, columns: Columns, way: Way) -> np.ndarray:
    """What the graph is to say, by scikit-learn: float64 [n, classes]."""
    if way == "predict_proba":
        likely = np.clip(pipeline.predict_proba(embeddings), np.exp(-CERTAIN), 1)
        unlikely = np.clip(1 - likely, np.exp(-CERTAIN), 1)
        scores = np.log(likely) - (np.log(unlikely) if columns.multi_label else 0)
    else:
        scores = pipeline.decision_function(embeddings)
        if scores.ndim == 1:
            scores = scores[:, None] if columns.multi_label else np.stack([-scores, scores], axis=1)
    out: np.ndarray = scores @ columns.placement + columns.rest
    return out


def probabilities(logits: np.ndarray, multi_label: bool) -> np.ndarray:
    """Sigmoid, or softmax, of logits [n, classes]."""
    from scipy.special import expit, softmax

    out: np.ndarray = expit(logits) if multi_label else softmax(logits, axis=1)
    return out


def _run(model: onnx.ModelProto, embeddings: np.ndarray) -> np.ndarray:
    import onnxruntime

    from genrekit.onnx_engine import session_options

    try:
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), session_options(), providers=["CPUExecutionProvider"]
        )
        out: np.ndarray = session.run([OUTPUT], {INPUT: embeddings})[0]
    except Exception as error:  # onnxruntime's exceptions share no base class of their own
        raise ValueError(f"onnxruntime cannot run its ONNX graph, by skl2onnx: {str(error)[:200]}") from error
    return out
