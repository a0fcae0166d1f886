"""Figures on matplotlib's Agg canvas, without pyplot's global state. Imported when something is drawn."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.text import Text

from genrekit import atomic
from genrekit_builtins._confusion_picture import confusion_matrix
from genrekit_builtins._curves_picture import learning_curves
from genrekit_builtins._precision_recall_picture import precision_recall
from genrekit_builtins._reliability_picture import reliability_diagram
from genrekit_builtins._roc_picture import roc

if TYPE_CHECKING:
    import genrekit

__all__ = ["confusion_matrix", "learning_curves", "ranking_pictures", "reliability_diagram", "save"]


def ranking_pictures(outcome: genrekit.Outcome, folder: Path) -> list[Path]:
    """How well probabilities rank clips, label by label: precision against recall, and ROC."""
    return save(precision_recall(outcome), folder / "precision_recall") + save(roc(outcome), folder / "roc")


def save(figure: Figure, stem: Path) -> list[Path]:
    """Write ``stem``.png and ``stem``.svg; the same figure gives the same bytes."""
    for text in figure.findobj(Text):
        # A dollar in a label is a dollar.
        text.set_parse_math(False)
    files = [stem.with_suffix(".png"), stem.with_suffix(".svg")]
    # Text in the SVG stays text: small, and a browser has fonts for scripts that matplotlib's own lacks.
    style = {"svg.hashsalt": stem.name, "svg.fonttype": "none", "savefig.bbox": "tight", "savefig.pad_inches": 0.1}
    with warnings.catch_warnings(), matplotlib.rc_context(style):
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        _save(figure, files[0], dpi=150)
        _save(figure, files[1], metadata={"Date": None})
    return files


def _save(figure: Figure, file: Path, **options: Any) -> None:
    drawn = io.BytesIO()
    figure.savefig(drawn, format=file.suffix.removeprefix("."), **options)
    atomic.write_bytes(file, drawn.getvalue())
