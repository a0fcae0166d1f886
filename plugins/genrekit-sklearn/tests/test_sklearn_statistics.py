"""The statistics, against scipy's."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from genrekit_sklearn._statistics_module import Statistics
from scipy import stats

FEATURES = np.random.default_rng(0).gamma(2.0, size=(3, 2, 4, 50)).astype(np.float32)
CHANGES = np.diff(FEATURES, axis=-1, prepend=FEATURES[..., :1])
WANTED = {
    "mean": FEATURES.mean(-1),
    "deviation": FEATURES.std(-1),
    "minimum": FEATURES.min(-1),
    "maximum": FEATURES.max(-1),
    "skewness": stats.skew(FEATURES, axis=-1),
    "kurtosis": stats.kurtosis(FEATURES, axis=-1),
    "delta-deviation": CHANGES.std(-1),
}


@pytest.mark.parametrize("name", WANTED)
def test_each_is_what_scipy_says(name: str) -> None:
    found = Statistics([name])(torch.from_numpy(FEATURES)).numpy()
    np.testing.assert_allclose(found, WANTED[name].reshape(3, 8), rtol=1e-4, atol=1e-5)


def test_they_stand_one_after_another_each_once() -> None:
    found = Statistics(["maximum", "mean", "maximum"])(torch.from_numpy(FEATURES)).numpy()
    wanted = np.concatenate([WANTED["maximum"].reshape(3, 8), WANTED["mean"].reshape(3, 8)], axis=1)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_what_is_constant_or_one_frame_long_has_no_spread() -> None:
    for features in (torch.full((2, 1, 3, 20), 5.0), torch.full((2, 1, 3, 1), -2.0)):
        found = Statistics(list(WANTED))(features).reshape(2, 7, 3)
        value = features[0, 0, 0, 0].item()
        assert found[0, :, 0].tolist() == [value, 0.0, value, value, 0.0, 0.0, 0.0]
