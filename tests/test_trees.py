"""State trees to JSON and tensors, and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from genrekit.trees import flatten, restore

plain = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
trees = st.recursive(
    plain,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=12,
)


@given(trees)
def test_plain_trees_survive_json(tree: Any) -> None:
    tensors: dict[str, torch.Tensor] = {}
    back = restore(json.loads(json.dumps(flatten(tree, tensors, "state"))), tensors)
    assert back == tree
    assert not tensors


def test_tensors_are_kept_apart_under_their_path() -> None:
    tree = {"state": {0: {"step": torch.tensor(3.0), "betas": (0.9, 0.99)}}, "list": [torch.ones(2)]}
    tensors: dict[str, torch.Tensor] = {}
    flat = flatten(tree, tensors, "adam")
    assert set(tensors) == {"adam.state.0.step", "adam.list.0"}
    back = restore(json.loads(json.dumps(flat)), tensors)
    assert back["state"][0]["betas"] == (0.9, 0.99)
    assert torch.equal(back["list"][0], torch.ones(2))


def test_other_objects_are_refused_by_name() -> None:
    with pytest.raises(TypeError, match=r"scheduler\.lambda is a function"):
        flatten({"lambda": lambda x: x}, {}, "scheduler")
