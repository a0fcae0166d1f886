"""Nested state (as torch's ``state_dict`` gives it) as JSON plus named tensors: what pickle is not needed for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def flatten(tree: Any, tensors: dict[str, torch.Tensor], name: str) -> Any:
    """``tree`` as JSON-ready values; each tensor is put into ``tensors`` under a name below ``name``.

    Raises TypeError for what is neither a tensor, a plain value nor a container of those.
    """
    import torch

    if isinstance(tree, torch.Tensor):
        tensors[name] = tree.detach().cpu().contiguous()
        return {"tensor": name} | _layout(tree)
    if isinstance(tree, dict):
        return {"items": [[key, flatten(value, tensors, f"{name}.{key}")] for key, value in tree.items()]}
    if isinstance(tree, list | tuple):
        kind = "tuple" if isinstance(tree, tuple) else "list"
        return {kind: [flatten(value, tensors, f"{name}.{index}") for index, value in enumerate(tree)]}
    if tree is None or isinstance(tree, bool | int | float | str):
        return tree
    raise TypeError(f"{name} is a {type(tree).__name__}; a state may hold tensors, numbers, strings and containers")


def _layout(tensor: torch.Tensor) -> dict[str, list[int]]:
    """The strides of a tensor that is dense in memory, but not in the usual order."""
    import torch

    strides = torch.empty_like(tensor, device="meta").stride()
    usual = torch.empty(tensor.shape, device="meta").stride()
    return {} if strides != tensor.stride() or strides == usual else {"strides": list(strides)}


def restore(flat: Any, tensors: dict[str, torch.Tensor]) -> Any:
    """The tree that `flatten` took apart."""
    if not isinstance(flat, dict):
        return flat
    (kind, content), *_ = flat.items()
    if kind == "tensor":
        return _laid_out(tensors[content], flat.get("strides"))
    if kind == "items":
        return {key: restore(value, tensors) for key, value in content}
    values = [restore(value, tensors) for value in content]
    return tuple(values) if kind == "tuple" else values


def _laid_out(tensor: torch.Tensor, strides: list[int] | None) -> torch.Tensor:
    """A copy that lies in memory as the original did: arithmetic on another layout may round otherwise."""
    import torch

    if strides is None:
        return tensor.clone()
    return torch.empty_strided(tensor.shape, strides, dtype=tensor.dtype).copy_(tensor)
