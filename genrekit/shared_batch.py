"""Layers that look at the whole batch, when a batch is spread over several processes."""

from __future__ import annotations

import torch
import torch.distributed
from torch import nn
from torch.distributed.nn import functional as collective
from torch.nn import functional

from genrekit.processes import BatchShare, Processes, meeting


class SharedBatchNorm(nn.Module):
    """A `BatchNorm1d`, `2d` or `3d` whose statistics are of the whole batch. Same names in its ``state_dict``.

    torch's own `SyncBatchNorm` runs on GPUs only.
    """

    running_mean: torch.Tensor
    running_var: torch.Tensor
    num_batches_tracked: torch.Tensor

    def __init__(self, layer: nn.modules.batchnorm._BatchNorm) -> None:
        super().__init__()
        if layer.momentum is None or not layer.track_running_stats:
            raise ValueError("a batch normalisation without a running average cannot be shared between processes")
        self.eps, self.momentum = layer.eps, layer.momentum
        self.weight, self.bias = layer.weight, layer.bias
        for name in ("running_mean", "running_var", "num_batches_tracked"):
            self.register_buffer(name, getattr(layer, name))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x [rows, channels, ...] -> the same, normalised."""
        if not self.training:
            return functional.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)
        kept = x.dtype
        x = x.float()
        axes = [0, *range(2, x.dim())]
        count = torch.tensor([float(x.numel() // x.shape[1])], device=x.device)
        sums = _sum(torch.cat([x.sum(axes), count]))
        count, mean = sums[-1], sums[:-1] / sums[-1]
        shape = [1, -1, *[1] * (x.dim() - 2)]
        centred = x - mean.view(shape)
        variance = _sum(centred.square().sum(axes)) / count
        self._track(mean.detach(), variance.detach() * count.detach() / (count.detach() - 1))
        out = centred * (variance + self.eps).rsqrt().view(shape)
        if self.weight is not None:
            out = out * self.weight.view(shape) + self.bias.view(shape)
        normalised: torch.Tensor = out.to(kept)
        return normalised

    @torch.no_grad()
    def _track(self, mean: torch.Tensor, variance: torch.Tensor) -> None:
        self.running_mean.lerp_(mean, self.momentum)
        self.running_var.lerp_(variance, self.momentum)
        self.num_batches_tracked.add_(1)


def _sum(tensor: torch.Tensor) -> torch.Tensor:
    """The sum over all processes, through which gradients pass."""
    with meeting():
        total: torch.Tensor = collective.all_reduce(tensor)  # type: ignore[no-untyped-call]
    return total


class SharedDropout(nn.Module):
    """An `nn.Dropout` that draws for the whole batch and uses its own rows, as one process would."""

    def __init__(self, probability: float, share: BatchShare) -> None:
        super().__init__()
        self.probability, self.share = probability, share

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x [rows, ...] with a share of its values dropped."""
        if not self.training or not self.probability:
            return x
        ones = torch.ones((self.share.total, *x.shape[1:]), dtype=x.dtype, device=x.device)
        if x.dim() == 4 and x.is_contiguous(memory_format=torch.channels_last):
            ones = ones.contiguous(memory_format=torch.channels_last)
        return x * functional.dropout(ones, self.probability)[self.share.rows]


def share_batches(module: nn.Module, processes: Processes, share: BatchShare) -> nn.Module:
    """Swap batch normalisation and dropout below ``module``, in place; nothing to do for one process."""
    if processes.count == 1:
        return module
    for name, child in module.named_children():
        if isinstance(child, nn.modules.batchnorm._BatchNorm):
            setattr(module, name, SharedBatchNorm(child))
        elif isinstance(child, nn.Dropout):
            setattr(module, name, SharedDropout(child.p, share))
        else:
            share_batches(child, processes, share)
    return module
