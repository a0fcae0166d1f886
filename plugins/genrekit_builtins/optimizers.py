"""The ``adam``, ``adamw`` and ``sgd`` optimizers: torch's own, with their options as recipe options."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import model_validator

import genrekit

if TYPE_CHECKING:
    from torch import nn, optim

Beta = Annotated[float, genrekit.Field(ge=0, lt=1)]


class _Decaying(genrekit.Optimizer):
    weight_decay: float
    decay_biases: bool = genrekit.Field(
        True, description="whether weight decay also shrinks biases and the scales of normalisation layers"
    )

    def groups(self, parameters: Iterable[nn.Parameter]) -> Iterable[Any]:
        """``parameters`` as torch's optimizers take them; what has one dimension is apart if it does not decay."""
        if self.decay_biases or not self.weight_decay:
            return parameters
        several, one = list[Any](), list[Any]()
        for parameter in parameters:
            (several if parameter.ndim > 1 else one).append(parameter)
        groups: list[dict[str, Any]] = [{"params": several}, {"params": one, "weight_decay": 0.0}]
        return [group for group in groups if group["params"]]


def fusible(parameters: Iterable[nn.Parameter]) -> bool | None:
    """True where torch takes a step in one pass over the weights, on a CPU in a quarter of the time; else None."""
    found = {(parameter.device.type, parameter.is_floating_point()) for parameter in parameters}
    return True if found and found <= {("cpu", True), ("cuda", True)} else None


class Adam(_Decaying):
    """Adam (Kingma & Ba, 2015): steps scaled by running means of the gradient and of its square."""

    default: ClassVar[bool] = True

    use: Literal["adam"] = "adam"
    lr: float = genrekit.Field(3e-4, gt=0, le=10, description="learning rate")
    betas: tuple[Beta, Beta] = genrekit.Field((0.9, 0.999), description="decay of the means of gradient and square")
    eps: float = genrekit.Field(1e-8, gt=0, le=1, description="added to the divisor, so that it is never 0")
    weight_decay: float = genrekit.Field(0.0, ge=0, le=1, description="L2 penalty, added to the gradient")

    def build(self, parameters: Iterable[nn.Parameter]) -> optim.Optimizer:
        from torch import optim

        parameters = list(parameters)
        options: dict[str, Any] = {"weight_decay": self.weight_decay, "fused": fusible(parameters)}
        return optim.Adam(self.groups(parameters), self.lr, self.betas, self.eps, **options)


class AdamW(_Decaying):
    """AdamW (Loshchilov & Hutter, 2019): Adam with weight decay apart from the gradient."""

    use: Literal["adamw"] = "adamw"
    lr: float = genrekit.Field(3e-4, gt=0, le=10, description="learning rate")
    betas: tuple[Beta, Beta] = genrekit.Field((0.9, 0.999), description="decay of the means of gradient and square")
    eps: float = genrekit.Field(1e-8, gt=0, le=1, description="added to the divisor, so that it is never 0")
    weight_decay: float = genrekit.Field(
        0.01, ge=0, le=1, description="share of each weight, times lr, taken off in a step"
    )

    def build(self, parameters: Iterable[nn.Parameter]) -> optim.Optimizer:
        from torch import optim

        parameters = list(parameters)
        options: dict[str, Any] = {"weight_decay": self.weight_decay, "fused": fusible(parameters)}
        return optim.AdamW(self.groups(parameters), self.lr, self.betas, self.eps, **options)


class Sgd(_Decaying):
    """Stochastic gradient descent with momentum."""

    use: Literal["sgd"] = "sgd"
    lr: float = genrekit.Field(0.01, gt=0, le=100, description="learning rate")
    momentum: float = genrekit.Field(0.9, ge=0, lt=1, description="share of the last step kept in the next")
    nesterov: bool = genrekit.Field(False, description="Nesterov's momentum: the gradient one step ahead")
    weight_decay: float = genrekit.Field(0.0, ge=0, le=1, description="L2 penalty, added to the gradient")

    @model_validator(mode="after")
    def _nesterov_has_momentum(self) -> Self:
        if self.nesterov and self.momentum == 0:
            raise ValueError("nesterov = true needs a momentum above 0")
        return self

    def build(self, parameters: Iterable[nn.Parameter]) -> optim.Optimizer:
        from torch import optim

        return optim.SGD(
            self.groups(parameters), self.lr, self.momentum, weight_decay=self.weight_decay, nesterov=self.nesterov
        )


@genrekit.hookimpl
def register_optimizers(register: Any) -> None:
    register(Adam)
    register(AdamW)
    register(Sgd)
