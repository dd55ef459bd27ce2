"""What the evaluation of one member on a set leaves behind, so that an insight needs no evaluation of its own."""

from __future__ import annotations

import torch
from torch import Tensor


class Observation:
    """Handed to ``evaluate``: keeps the answers of one member, and which of its hidden units ever were above zero."""

    def __init__(self, member: int) -> None:
        """``member``: its index in the stack."""
        self.member = member
        self.alive: dict[str, Tensor] = {}
        """By layer: ``(units,)``, whether a unit was above zero on any example."""
        self._logits: list[Tensor] = []

    def hidden(self, layer: str, h: Tensor) -> None:
        """What a hidden layer passes on, ``(K, B, …, units)``."""
        mine = h[self.member]
        above = mine.amax(tuple(range(mine.dim() - 1))) > 0
        seen = self.alive.get(layer)
        self.alive[layer] = above if seen is None else seen | above

    def answered(self, logits: Tensor) -> None:
        """Logits ``(K, C, B)``."""
        self._logits.append(logits[self.member].clone())

    @property
    def logits(self) -> Tensor:
        """``(C, N)`` of all examples in order."""
        return torch.cat(self._logits, 1)
