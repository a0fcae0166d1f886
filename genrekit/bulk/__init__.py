"""Prediction of many recordings into a table, which can be killed at any instant and goes on where it was."""

from __future__ import annotations

from genrekit.bulk.recordings import examined
from genrekit.bulk.table import Answering, Answers, answered, predict_into

__all__ = ["Answering", "Answers", "answered", "examined", "predict_into"]
