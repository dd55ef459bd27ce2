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
        self._keys: dict[int, _Keys] = {}
        self._draws: dict[tuple[int, int, int], _Draw] = {}
        # Tensors, for each Python number in an operation costs as much as the operation.
        self._constants = tuple(_int32(n).to(device) for n in (_FIRST, 15, _SECOND))

    def aim(self, step: int, steps: int) -> None:
        """Make ready for ``steps`` steps from ``step`` (0-based, since the run began) on."""
        if steps > self._steps:
            self._keys = {}
        self._first, self._steps = step, max(steps, self._steps)
        for place, keys in self._keys.items():
            keys.fill(self._distinct, place, step)

    def bits(self, place: int, batch: int, units: int, row: int) -> Tensor:
        """Random int16 ``(D, batch, units)`` of the row-th step aimed at, one for each distinct seed."""
        draw = self._draws.get((place, batch, units))
        if draw is None:
            draw = _Draw(len(self._distinct), self._members, batch, units, self._device)
            self._draws[place, batch, units] = draw
        if place not in self._keys:
            self._keys[place] = _Keys(len(self._distinct), self._steps, self._device)
            self._keys[place].fill(self._distinct, place, self._first)
        first, shift, second = self._constants
        low, high = self._keys[place].rows[row]
        words = torch.add(draw.counter, low, out=draw.words).bitwise_xor_(high).mul_(first)
        words.bitwise_xor_(torch.bitwise_right_shift(words, shift, out=draw.shifted)).mul_(second)
        return draw.bits

    def draw(self, place: int, batch: int, units: int, dropout: Dropout, row: int) -> Tensor:
        """The mask ``(K, batch, units)`` of one place (0 is the input): 0, or 1/(1 − p); overwritten by the next."""
        bits = self.bits(place, batch, units, row)
        if self._which is not None:
            bits = bits.index_select(0, self._which)
        mask = self._draws[place, batch, units].mask
        return torch.ge(bits, dropout.threshold, out=mask).mul_(dropout.scale)


class _Keys:
    """64 bits for each step and distinct seed, as two int32 ``(D, 1)`` a step."""

    def __init__(self, distinct: int, steps: int, device: torch.device) -> None:
        self._words = torch.empty(steps, distinct, dtype=torch.int64, device=device)
        halves = self._words.view(torch.int32).view(steps, distinct, 2)
        self.rows = [(halves[row, :, :1], halves[row, :, 1:]) for row in range(steps)]

    def fill(self, seeds: Sequence[int], place: int, step: int) -> None:
        drawn = [derive_range(seed, f"dropout {place}", step, self._words.shape[0]) for seed in seeds]
        self._words.copy_(torch.stack(drawn, 1))


class _Draw:
    """The buffers of one place and batch size."""

    def __init__(self, distinct: int, members: int, batch: int, units: int, device: torch.device) -> None:
        count = -(-batch * units // 2)  # each word is the bits of two units
        self.counter = (torch.arange(count, dtype=torch.int64) * _WEYL).to(torch.int32).unsqueeze(0).to(device)
        self.words, self.shifted = (torch.empty(distinct, count, dtype=torch.int32, device=device) for _ in range(2))
        self.bits = self.words.view(torch.int16)[:, : batch * units].view(distinct, batch, units)
        self.mask = torch.empty(members, batch, units, device=device)


def _int32(word: int) -> Tensor:
    return torch.tensor(word, dtype=torch.int64).to(torch.int32)
