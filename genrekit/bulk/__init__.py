"""Prediction of many recordings into a table, which can be killed at any instant and goes on where it was."""

from __future__ import annotations

from genrekit.bulk.table import predict_into

__all__ = ["predict_into"]
