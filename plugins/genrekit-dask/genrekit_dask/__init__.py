"""Extraction and bulk prediction on Dask distributed."""
