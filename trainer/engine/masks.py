"""Dropout masks as a function of (seed, place, step, unit) by a counter-based hash.

No generator has a state, so that masks are those of a member's own seed on every device, in every company, after every
resume; and the hash is six elementwise operations that a CUDA graph can hold. See docs/decisions/0007-masks.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.engine.randomness import derive_range

_WEYL, _FIRST, _SECOND = 0x9E3779B9, 0x7FEB352D, 0x846CA68B  # golden ratio; multipliers of Wellons' lowbias32
AT_ONCE = 1 << 17
"""Units of several steps whose masks are drawn at once, at most: 1 MiB, hash included, which a cache still holds."""
NONE = -1


@dataclass(frozen=True)
class Dropout:
    """The dropout of one kind of unit, hidden or input; both tensors are ``(K, 1, 1)``."""

    threshold: Tensor
    """int16; a unit whose random bits lie below is dropped."""
    scale: Tensor
    """1 / (1 − p): what the units that stay are multiplied by."""


def drop_threshold(p: float) -> int:
    """The int16 below which a unit is dropped, so that the rate is p to within 2⁻¹⁷."""
    return min(round(p * 65536), 65535) - 32768


class Masks:
    """Dropout masks of K members; their tensors stay where they are, as a CUDA graph needs it."""

    def __init__(self, seeds: Sequence[int], device: torch.device) -> None:
        """``seeds``: of the K members, which alone decide their masks; bits of equal seeds are drawn once."""
        self._members, self._device = len(seeds), device
        self._distinct = list(dict.fromkeys(seeds))
        which = [self._distinct.index(seed) for seed in seeds]
        one_each = len(self._distinct) in (1, len(seeds))
        self._which = None if one_each else torch.tensor(which, device=device)
        self._first, self._steps = 0, 1
        self._draws: dict[tuple[int, int, int], _Draw] = {}

    def aim(self, step: int, steps: int) -> None:
        """Make ready for ``steps`` steps from ``step`` (0-based, since the run began) on."""
        if steps > self._steps:
            self._draws = {}
        self._first, self._steps = step, max(steps, self._steps)
        for (place, _, _), draw in self._draws.items():
            draw.aim(self._distinct, place, step)

    def bits(self, place: int, batch: int, units: int, row: int) -> Tensor:
        """Random int16 ``(D, batch, units)`` of the row-th step aimed at, one for each distinct seed."""
        draw = self._draw(place, batch, units)
        draw.hash(row // draw.length)
        return draw.bits[row % draw.length]

    def draw(self, place: int, batch: int, units: int, dropout: Dropout, row: int) -> Tensor:
        """The mask ``(K, batch, units)`` of one place (0 is the input): 0, or 1/(1 − p); overwritten by later ones."""
        draw = self._draw(place, batch, units)
        if draw.compared != row // draw.length:
            draw.compared = row // draw.length
            draw.hash(draw.compared)
            bits = draw.bits if self._which is None else draw.bits.index_select(1, self._which)
            torch.ge(bits, dropout.threshold, out=draw.masks).mul_(dropout.scale)
        return draw.rows[row % draw.length]

    def _draw(self, place: int, batch: int, units: int) -> _Draw:
        key = place, batch, units
        if key not in self._draws:
            self._draws[key] = _Draw(len(self._distinct), self._members, batch, units, self._steps, self._device)
            self._draws[key].aim(self._distinct, place, self._first)
        return self._draws[key]


class _Draw:
    """The bits and masks of one place and batch size, of L steps at once: few large operations, not many small ones."""

    def __init__(self, distinct: int, members: int, batch: int, units: int, steps: int, device: torch.device) -> None:
        count = -(-batch * units // 2)  # each word is the bits of two units
        self.length = max(1, min(steps, AT_ONCE // (members * batch * units)))
        self.compared = NONE
        """Which L of the steps aimed at are there as masks."""
        parts = -(-steps // self.length)
        self._keys = torch.zeros(parts * self.length, distinct, dtype=torch.int64, device=device)
        halves = self._keys.view(torch.int32).view(parts, self.length, distinct, 2)
        self._halves = [(halves[part, :, :, :1], halves[part, :, :, 1:]) for part in range(parts)]
        self._counter = (torch.arange(count, dtype=torch.int64) * _WEYL).to(torch.int32).to(device)
        self._words, self._shifted = torch.empty(2, self.length, distinct, count, dtype=torch.int32, device=device)
        self.bits: Tensor = self._words.view(torch.int16)[..., : batch * units].unflatten(2, (batch, units))
        self.masks = torch.empty(self.length, members, batch, units, device=device)
        self.rows = self.masks.unbind()
        # Tensors, for each Python number in an operation costs as much as the operation.
        self._constants = tuple(_int32(n).to(device) for n in (_FIRST, 15, _SECOND))

    def aim(self, seeds: Sequence[int], place: int, step: int) -> None:
        """64 bits for each step and distinct seed."""
        drawn = [derive_range(seed, f"dropout {place}", step, len(self._keys)) for seed in seeds]
        self._keys.copy_(torch.stack(drawn, 1))
        self.compared = NONE

    def hash(self, part: int) -> None:
        """Fill the bits of the part-th L steps."""
        first, shift, second = self._constants
        low, high = self._halves[part]
        words = torch.add(self._counter, low, out=self._words).bitwise_xor_(high).mul_(first)
        words.bitwise_xor_(torch.bitwise_right_shift(words, shift, out=self._shifted)).mul_(second)


def _int32(word: int) -> Tensor:
    return torch.tensor(word, dtype=torch.int64).to(torch.int32)
