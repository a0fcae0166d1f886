"""Averages of weights over training: what is evaluated, kept and exported in place of the last step's."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from genrekit.recipe.sections import Average

if TYPE_CHECKING:
    import torch


class AveragedWeights:
    """A copy of ``network`` whose weights follow those of the original, on torch's `AveragedModel`.

    - exponential: after every step, batch normalisation's statistics with the weights. The decay rises with the steps n
      as (1 + n) / (10 + n) until it is what the recipe says, so that a short run forgets where it began.
    - equal: after every epoch, the mean of all so far (SWA: Izmailov et al., "Averaging weights leads to wider optima
      and better generalization", UAI 2018). No statistics fit a mean of weights: they are worked out anew.
    """

    def __init__(self, network: torch.nn.Module, options: Average) -> None:
        from torch.optim.swa_utils import AveragedModel, get_swa_multi_avg_fn

        self.options = options
        self.each_step = options.kind == "exponential"
        follow: Any = self._follow if self.each_step else get_swa_multi_avg_fn()  # type: ignore[no-untyped-call]
        self.model = AveragedModel(network, multi_avg_fn=follow, use_buffers=self.each_step)

    @property
    def network(self) -> torch.nn.Module | None:
        """The averaged network; None before there is anything to average."""
        begun = int(self.model.n_averaged) > 0
        return self.model.module if begun else None

    def step_ended(self, network: torch.nn.Module, epoch: int) -> None:
        """Follow ``network`` after a step."""
        if self.each_step and epoch >= self.options.from_epoch:
            self.model.update_parameters(network)

    def epoch_ended(self, network: torch.nn.Module, epoch: int, fit_norms: Callable[[torch.nn.Module], None]) -> None:
        """Follow ``network`` after an epoch; ``fit_norms`` works out batch normalisation's statistics."""
        if not self.each_step and epoch >= self.options.from_epoch:
            self.model.update_parameters(network)
            fit_norms(self.model.module)

    def _follow(self, averaged: Any, current: Any, count: torch.Tensor) -> None:
        from torch.optim.swa_utils import get_ema_multi_avg_fn

        steps = int(count)
        decay = min(self.options.decay, (1 + steps) / (10 + steps))
        get_ema_multi_avg_fn(decay)(averaged, current, count)  # type: ignore[no-untyped-call]

    def state_dict(self) -> dict[str, Any]:
        """The averaged weights and how many there were."""
        return self.model.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Put them back."""
        self.model.load_state_dict(state)


def fit_norms(network: torch.nn.Module, batches: Iterable[torch.Tensor]) -> None:
    """Give batch normalisation the statistics that features, in batches of one size, have in it: their mean.

    All else is as in evaluation, frozen layers' statistics too.
    """
    import torch

    network.eval()
    norms: list[Any] = [module for module in network.modules() if _is_norm(module)]
    momenta = [norm.momentum for norm in norms]
    try:
        with torch.no_grad():
            for count, batch in enumerate(batches if norms else ()):
                for norm in norms:
                    norm.train()
                    norm.momentum = 1 / (count + 1)
                network(batch)
    finally:
        for norm, momentum in zip(norms, momenta, strict=True):
            norm.momentum = momentum
            norm.eval()


def _is_norm(module: torch.nn.Module) -> Any:
    from torch.nn.modules.batchnorm import _BatchNorm

    from genrekit.shared_batch import SharedBatchNorm

    if not isinstance(module, _BatchNorm | SharedBatchNorm) or module.running_mean is None:
        return False
    return module.weight is None or module.weight.requires_grad
