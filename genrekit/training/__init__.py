"""Training: the loop, and what it is made of."""

from genrekit.training.loop import Training

__all__ = ["Training"]
