"""Feature statistics and any scikit-learn classifier: the five-second baseline that deep models are compared with."""
