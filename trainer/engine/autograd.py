"""The general path: any network that is a differentiable function of stacked tensors, with autograd's backward pass."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from trainer.config import RunConfig
from trainer.engine.hyperparameters import Hyperparameters
from trainer.engine.network import Hidden, Network, Parameter

Mask = Callable[[int, int], Tensor | None]
"""(place, units) → ``(K, B, units)`` to multiply with, or None where nothing is dropped; place 0 is the input."""


class AutogradNetwork(Network):
    """A subclass says in ``logits`` what it computes; the rest is here."""

    def __init__(
        self, configs: Sequence[RunConfig], parameters: Sequence[Parameter], buffers: Mapping[str, Tensor]
    ) -> None:
        super().__init__(configs, parameters, buffers)
        self._leaves: dict[str, Tensor] = {}
        self._logits: Tensor | None = None

    @abstractmethod
    def logits(
        self, values: Mapping[str, Tensor], x: Tensor, mask: Mask, training: bool, hidden: Hidden | None = None
    ) -> Tensor:
        """Logits ``(K, C, B)`` of ``x (R, B, features)``; ``values``: each parameter's tensor, by name."""

    def forward(self, x: Tensor, logits: Tensor, hyper: Hyperparameters, row: int) -> None:
        def mask(place: int, units: int) -> Tensor | None:
            dropout = hyper.dropout if place else hyper.input_dropout
            return None if dropout is None else self.masks.draw(place, x.shape[1], units, dropout, row)

        # Leaves that share the parameters' storage: outside of this pass, no tensor of the engine requires a gradient.
        self._leaves = {p.name: p.values.detach().requires_grad_() for p in self.parameters}
        half = self.precision == "bf16"
        # Without the cache of cast weights: a recorded step must cast them each time.
        with torch.enable_grad(), torch.autocast(self.device.type, torch.bfloat16, half, cache_enabled=False):
            self._logits = self.logits(self._leaves, x, mask, True).float()
        logits.copy_(self._logits.detach())

    def write_gradients(self, delta: Tensor, out: Sequence[Tensor]) -> None:
        assert self._logits is not None, "write_gradients comes after forward"
        gradients = torch.autograd.grad(self._logits, list(self._leaves.values()), delta)
        self._logits = None
        for tensor, gradient in zip(out, gradients, strict=True):
            tensor.copy_(gradient)

    def predict(self, x: Tensor, hidden: Hidden | None = None) -> Tensor:
        values = {p.name: p.values for p in self.parameters}
        return self.logits(values, x.unsqueeze(0), lambda place, units: None, False, hidden)


def activation(kind: str, z: Tensor) -> Tensor:
    """The activation of z, out of place."""
    match kind:
        case "relu":
            return torch.relu(z)
        case "tanh":
            return torch.tanh(z)
        case "sigmoid":
            return torch.sigmoid(z)
        case _:
            return torch.nn.functional.gelu(z)


def dropped(h: Tensor, mask: Tensor | None) -> Tensor:
    """Dropout applied to h, or h as it is."""
    return h if mask is None else h * mask


class AutogradMLP(AutogradNetwork):
    """What ``HandwrittenMLP`` computes, said as plainly as possible: the reference that it is held against."""

    def logits(
        self, values: Mapping[str, Tensor], x: Tensor, mask: Mask, training: bool, hidden: Hidden | None = None
    ) -> Tensor:
        model, names = self.configs[0].model, [p.layer for p in self.parameters if p.is_weight]
        h = dropped(x.expand(len(self.configs), *x.shape[1:]), mask(0, x.shape[2]))
        return dense(values, names, model.activation if model.kind == "mlp" else "relu", h, mask, 1, hidden)


def dense(
    values: Mapping[str, Tensor],
    names: Sequence[str],
    kind: str,
    h: Tensor,
    mask: Mask,
    place: int,
    hidden: Hidden | None = None,
) -> Tensor:
    """Linear layers over ``h (K, B, in)`` with activation and dropout between them, down to logits ``(K, C, B)``."""
    for i, name in enumerate(names[:-1]):
        h = activation(kind, torch.baddbmm(values[f"{name}.bias"], h, values[f"{name}.weight"]))
        if hidden:
            hidden(name, h)
        h = dropped(h, mask(place + i, h.shape[2]))
    last = names[-1]
    return torch.baddbmm(values[f"{last}.bias"].mT, values[f"{last}.weight"].mT, h.mT)
