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

    def stays(self, former: Hyperparameters) -> bool:
        """Whether every tensor is where the former one was, and none is new: what was recorded of them still holds."""
        return all(mine is theirs for mine, theirs in zip(_tensors(self), _tensors(former), strict=True))


def stack_hyperparameters(
    configs: Sequence[RunConfig], device: torch.device, kept: Hyperparameters | None = None
) -> Hyperparameters:
    """The regularization of K configs as tensors; those that are ``kept`` get the values and stay, idle or not."""
    parts, old = [config.regularization for config in configs], kept or _NONE
    return Hyperparameters(
        weights=_penalty(configs, [1.0] * len(parts), device, old.weights),
        biases=_penalty(configs, [float(r.penalize_bias) for r in parts], device, old.biases),
        dropout=_dropout([r.dropout for r in parts], device, old.dropout),
        input_dropout=_dropout([r.input_dropout for r in parts], device, old.input_dropout),
        max_norm=column([r.max_norm or inf for r in parts], device, idle=inf, kept=old.max_norm),
        smoothing=column([r.label_smoothing for r in parts], device, kept=old.smoothing),
    )


def column(
    values: Sequence[float], device: torch.device, *, idle: float | None = 0.0, kept: Tensor | None = None
) -> Tensor | None:
    """The values as ``(K, 1, 1)`` float32, in ``kept`` where it is given; None when each of them is the idle one."""
    if kept is None and all(value == idle for value in values):
        return None
    fresh = torch.tensor(values, dtype=torch.float32).view(-1, 1, 1)
    return fresh.to(device) if kept is None else kept.copy_(fresh)


def _penalty(configs: Sequence[RunConfig], shares: Sequence[float], device: torch.device, kept: Penalty) -> Penalty:
    parts = [(config.regularization, share) for config, share in zip(configs, shares, strict=True)]

    def strength(of: str, method: str, tensor: Tensor | None) -> Tensor | None:
        values = [s * getattr(r, of) * (getattr(r, f"{of}_method") == method) for r, s in parts]
        return column(values, device, kept=tensor)

    return Penalty(
        l1_subgradient=strength("l1", "subgradient", kept.l1_subgradient),
        l1_proximal=strength("l1", "proximal", kept.l1_proximal),
        l2_coupled=strength("l2", "coupled", kept.l2_coupled),
        l2_decoupled=strength("l2", "decoupled", kept.l2_decoupled),
    )


def _dropout(probabilities: Sequence[float], device: torch.device, kept: Dropout | None) -> Dropout | None:
    scale = column([1 / (1 - p) for p in probabilities], device, idle=1.0, kept=kept.scale if kept else None)
    if scale is None:
        return None
    threshold = torch.tensor([drop_threshold(p) for p in probabilities], dtype=torch.int16).view(-1, 1, 1)
    return Dropout(threshold.to(device) if kept is None else kept.threshold.copy_(threshold), scale)


_NONE = Hyperparameters(Penalty(None, None, None, None), Penalty(None, None, None, None), None, None, None, None)


def _tensors(hyper: Hyperparameters) -> list[Tensor | None]:
    tensors = [*vars(hyper.weights).values(), *vars(hyper.biases).values(), hyper.max_norm, hyper.smoothing]
    for dropout in (hyper.dropout, hyper.input_dropout):
        tensors += [dropout.threshold, dropout.scale] if dropout else [None, None]
    return tensors


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

    def forget(self) -> None:
        """Make the rates anew when they are filled next: what they follow from has changed."""
        self._lrs = ()

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
