"""One batch looked at by itself: its loss, its gradient, and how far it moved the weights."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.engine.network import Network
from trainer.events import Batch


@dataclass(frozen=True)
class Place:
    """Where in its run a batch is."""

    epoch: int
    """1-based, in flight."""
    step: int
    """Steps done in this epoch."""
    steps: int
    """Steps that this epoch has."""


class Look:
    """Taken before a step, asked after it."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._before = self._weights()

    def _weights(self) -> Tensor:
        """All weights of K members, ``(K, n)``, as a copy."""
        return torch.cat([p.values.flatten(1) for p in self._network.parameters if p.is_weight], 1)

    def events(
        self, place: Place, runs: Sequence[str], loss: Tensor, acc: Tensor, grad_norm: Tensor, lrs: Sequence[float]
    ) -> list[Batch]:
        """One for each member; all tensors are ``(K,)``."""
        moved = torch.linalg.vector_norm(self._weights() - self._before, dim=1)
        ratio = moved / torch.linalg.vector_norm(self._before, dim=1)
        columns = zip(runs, loss.tolist(), acc.tolist(), grad_norm.tolist(), ratio.tolist(), lrs, strict=True)
        return [
            Batch(
                run=run, time=time.time(), epoch=place.epoch, step=place.step, steps=place.steps, loss=mine, acc=share,
                grad_norm=norm, update_ratio=moves, lr=lr,
            )
            for run, mine, share, norm, moves, lr in columns
        ]  # fmt: skip
