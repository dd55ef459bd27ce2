"""The buffers of a few steps in a row, from the examples' positions to the logits."""

from __future__ import annotations

import torch
from torch import Tensor

LONGEST = 32
"""Steps that run in a row before their losses are added up: a few large sums cost less than many small ones."""
LARGEST = 1 << 21
"""Logits that are kept at most."""


def ring_length(members: int, classes: int, batch: int) -> int:
    """Steps in a row for K members with batches of this size."""
    return max(1, min(LONGEST, LARGEST // (members * classes * batch)))


class Ring:
    """S steps of K members with batches of one size B; R of them have a batch of their own, or R is 1."""

    def __init__(
        self, steps: int, rows: int, members: int, classes: int, batch: int, features: int, device: torch.device
    ) -> None:
        self.batch = batch
        self.used = 0
        """Slots that hold a step."""
        self.positions = torch.zeros(steps, rows, batch, dtype=torch.int64, device=device)
        """Rows of the pool that each step takes."""
        self.x = torch.empty(rows, batch, features, device=device)
        """The examples of one step, overwritten by the next."""
        self.y = torch.empty(steps, rows, classes, batch, device=device)
        """One-hot targets, class-major."""
        self.logits = torch.empty(steps, members, classes, batch, device=device)
        self.delta = torch.empty(members, classes, batch, device=device)
        """The loss's gradient by the logits of one step."""
        self.steps = list(zip(self.logits.unbind(), self.y.unbind(), strict=True))
        """Logits and targets of each."""
        self._rows = self.x.view(-1, features)
        self._flat = self.positions.view(steps, -1).unbind()
        self._classes = torch.arange(classes, device=device).unsqueeze(1)
        self._size = torch.tensor(float(batch), device=device)

    def aim(self, positions: Tensor, targets: Tensor) -> None:
        """Take the next steps' positions ``(R, S·B)``, S at most what there is room for, and their targets ``(P,)``."""
        rows, count = positions.shape
        self.used = count // self.batch
        self.positions[: self.used].copy_(positions.view(rows, self.used, self.batch).transpose(0, 1))
        torch.eq(targets[self.positions].unsqueeze(2), self._classes, out=self.y)

    def gather(self, slot: int, inputs: Tensor) -> None:
        """Fetch the examples of a step from the pool ``inputs (P, features)``."""
        torch.index_select(inputs, 0, self._flat[slot], out=self._rows)

    def loss_gradient(self, slot: int, smoothing: Tensor | None) -> Tensor:
        """Of the mean cross-entropy by the logits ``(K, C, B)``: (softmax − target) / B."""
        logits, y = self.steps[slot]
        delta = torch.softmax(logits, 1, out=self.delta)
        if smoothing is None:
            delta.sub_(y)
        else:
            delta.sub_(y * (1 - smoothing)).sub_(smoothing / y.shape[1])
        return delta.div_(self._size)
