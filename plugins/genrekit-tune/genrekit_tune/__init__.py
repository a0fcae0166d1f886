"""Searches a recipe's options with Optuna."""
