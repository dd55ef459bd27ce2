"""The numbers that may differ between members, as tensors of length K, so that neither dial nor schedule rebuilds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

import torch
from torch import Tensor

from trainer.config import RunConfig
from trainer.engine.device import precise
from trainer.engine.masks import Dropout, drop_threshold

# Every tensor of this module is (K, 1, 1) and on the device. One that no member needs is None: its work is left out.


@dataclass(frozen=True)
class Penalty:
    """λ of one kind of tensor (weights, or biases), parted by method; a member has 0 where it uses the other one."""

    l1_subgradient: Tensor | None
    l1_proximal: Tensor | None
    l2_coupled: Tensor | None
    l2_decoupled: Tensor | None


@dataclass(frozen=True)
class Hyperparameters:
    """The regularization of K members."""

    weights: Penalty
    biases: Penalty
    dropout: Dropout | None
    input_dropout: Dropout | None
    max_norm: Tensor | None
    """Largest L2 norm of the weights into a unit; infinity is no limit."""
    smoothing: Tensor | None
    """ε of label smoothing."""


def stack_hyperparameters(configs: Sequence[RunConfig], device: torch.device) -> Hyperparameters:
    """The regularization of K configs as tensors."""
    parts = [config.regularization for config in configs]
    return Hyperparameters(
        weights=_penalty(configs, [1.0] * len(parts), device),
        biases=_penalty(configs, [float(r.penalize_bias) for r in parts], device),
        dropout=_dropout([r.dropout for r in parts], device),
        input_dropout=_dropout([r.input_dropout for r in parts], device),
        max_norm=column([r.max_norm or inf for r in parts], device, idle=inf),
        smoothing=column([r.label_smoothing for r in parts], device),
    )


def column(values: Sequence[float], device: torch.device, *, idle: float | None = 0.0) -> Tensor | None:
    """The values as ``(K, 1, 1)`` float32, or None when each of them is the idle one."""
    if all(value == idle for value in values):
        return None
    return torch.tensor(values, dtype=torch.float32).view(-1, 1, 1).to(device)


def _penalty(configs: Sequence[RunConfig], shares: Sequence[float], device: torch.device) -> Penalty:
    parts = [(config.regularization, share) for config, share in zip(configs, shares, strict=True)]
    return Penalty(
        l1_subgradient=column([s * r.l1 * (r.l1_method == "subgradient") for r, s in parts], device),
        l1_proximal=column([s * r.l1 * (r.l1_method == "proximal") for r, s in parts], device),
        l2_coupled=column([s * r.l2 * (r.l2_method == "coupled") for r, s in parts], device),
        l2_decoupled=column([s * r.l2 * (r.l2_method == "decoupled") for r, s in parts], device),
    )


def _dropout(probabilities: Sequence[float], device: torch.device) -> Dropout | None:
    scale = column([1 / (1 - p) for p in probabilities], device, idle=1.0)
    if scale is None:
        return None
    threshold = torch.tensor([drop_threshold(p) for p in probabilities], dtype=torch.int16)
    return Dropout(threshold.view(-1, 1, 1).to(device), scale)


@dataclass(frozen=True)
class Shrinkage:
    """What the penalties of one kind of tensor do in a step at given learning rates."""

    coupled: Tensor | None
    """1 − lr·λ₂ of coupled L2, for plain SGD, where the penalty's gradient is a shrinkage."""
    decoupled: Tensor | None
    """1 − lr·λ₂ of decoupled L2."""
    sign_step: Tensor | None
    """lr·λ₁ of the subgradient, for plain SGD."""
    threshold: Tensor | None
    """lr·λ₁ of the proximal method."""


@dataclass(frozen=True)
class Rates:
    """The learning rates of K members in one step, and all that follows from them."""

    lr: Tensor
    descent: Tensor
    """−lr."""
    weights: Shrinkage
    biases: Shrinkage
    members: tuple[Tensor, ...]
    """The lr of each member, 0-dimensional, for the kernels that take one."""


class RateTable:
    """The rates of a few steps, made anew only when one of them changes; the tensors stay where they are."""

    def __init__(self, hyper: Hyperparameters, members: int, steps: int, device: torch.device) -> None:
        """Rates of ``steps`` steps; ``fill`` gives them their values."""
        self._lrs: tuple[tuple[float, ...], ...] = ()
        self._exact = torch.zeros(steps, members, 1, 1, dtype=precise(device), device=device)
        self._derived: list[tuple[Tensor, Callable[[Tensor], Tensor]]] = []
        lr, descent = self._derive(lambda lr: lr), self._derive(lambda lr: -lr)
        weights, biases = self._shrinkages(hyper.weights), self._shrinkages(hyper.biases)
        self.rows = [
            Rates(lr[i], descent[i], weights[i], biases[i], tuple(lr[i].flatten().unbind())) for i in range(steps)
        ]

    def fill(self, lrs: tuple[tuple[float, ...], ...]) -> None:
        """Learning rates of each step, of each member."""
        if lrs == self._lrs:
            return
        self._lrs = lrs
        self._exact.copy_(torch.tensor(lrs, dtype=self._exact.dtype).view(self._exact.shape))
        for tensor, formula in self._derived:
            tensor.copy_(formula(self._exact))

    def _derive(self, formula: Callable[[Tensor], Tensor]) -> Tensor:
        tensor = torch.empty(self._exact.shape, device=self._exact.device)
        self._derived.append((tensor, formula))
        return tensor

    def _shrinkages(self, penalty: Penalty) -> list[Shrinkage]:
        def product(strength: Tensor | None) -> Tensor | None:
            return None if strength is None else self._derive(lambda lr: lr * strength)

        def remainder(strength: Tensor | None) -> Tensor | None:
            return None if strength is None else self._derive(lambda lr: 1 - lr * strength)

        tensors = (
            remainder(penalty.l2_coupled),
            remainder(penalty.l2_decoupled),
            product(penalty.l1_subgradient),
            product(penalty.l1_proximal),
        )
        rows = range(self._exact.shape[0])
        return [Shrinkage(*(None if t is None else t[row] for t in tensors)) for row in rows]
