"""The typed recipe: load, override, check, resolve, dump."""

from genrekit.recipe.dump import dump
from genrekit.recipe.load import load
from genrekit.recipe.model import Recipe, recipe_model
from genrekit.recipe.sections import StopEarly, Train

__all__ = ["Recipe", "StopEarly", "Train", "dump", "load", "recipe_model"]
