"""Bundles to and from Hugging Face repositories."""
