"""Several runs of one recipe, by folds and seeds: their folder, their way side by side, their figures together."""
