"""Every random number of training, as a function of (seed, purpose, index): no generator state is ever carried along.

So two configs with one seed are a paired experiment, a member trains alone as it does among others, a resumed run needs
no stored generator, and a GPU run starts from the weights and batches of a CPU run.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

_MASK64 = (1 << 64) - 1


def derive(seed: int, purpose: str, index: int = 0) -> int:
    """A 64-bit seed for one purpose, by two rounds of the splitmix64 finalizer (Steele, Lea & Flood 2014)."""
    return _mix(_mix(seed + (zlib.crc32(purpose.encode()) << 32)) + index)


def _mix(z: int) -> int:
    z = (z + 0x9E3779B97F4A7C15) & _MASK64
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK64
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK64
    return z ^ (z >> 31)


def generator(seed: int, purpose: str, index: int = 0) -> torch.Generator:
    """A fresh CPU generator for one purpose."""
    return torch.Generator().manual_seed(derive(seed, purpose, index))


def initial_parameters(seed: int, shapes: Sequence[tuple[int, int]]) -> list[tuple[Tensor, Tensor]]:
    """Weights ``(fan_in, units)`` and biases ``(units,)`` per layer of these shapes.

    Uniform in ±1/√fan_in, as ``torch.nn.Linear`` and ``torch.nn.Conv2d`` draw them.
    """
    layers = []
    for layer, (fan_in, units) in enumerate(shapes):
        bound = fan_in**-0.5
        draw = generator(seed, "initial weights", layer)
        weight = torch.empty(fan_in, units).uniform_(-bound, bound, generator=draw)
        bias = torch.empty(units).uniform_(-bound, bound, generator=draw)
        layers.append((weight, bias))
    return layers


def batch_order(seed: int, epoch: int, examples: int) -> Tensor:
    """The order ``(examples,)`` int64 in which the epoch (0-based) visits the training examples."""
    return torch.randperm(examples, generator=generator(seed, "batch order", epoch))


class MaskBits:
    """Random bits for dropout masks: one 16-bit number per unit, compared with p·65536 to decide."""

    def __init__(self, seeds: Sequence[int], layer: int, shape: tuple[int, int], device: torch.device) -> None:
        """``seeds``: of K members; ``shape``: (batch, units) of the layer; bits of equal seeds are drawn once."""
        self.distinct = tuple(dict.fromkeys(seeds))
        self._which = torch.tensor([self.distinct.index(seed) for seed in seeds])
        self._purpose = f"dropout {layer}"
        self._generator = torch.Generator()
        self._device = device
        batch, units = shape
        self._words = torch.empty(len(self.distinct), -(-batch * units // 4), dtype=torch.int64)
        self._bits = self._words.view(torch.int16)[:, : batch * units].view(-1, batch, units)

    def draw(self, step: int) -> Tensor:
        """Bits ``(K, batch, units)`` int16 of this step, or ``(1, batch, units)`` when all members share a seed."""
        for row, seed in enumerate(self.distinct):
            self._generator.manual_seed(derive(seed, self._purpose, step))
            self._words[row].random_(-(2**63), None, generator=self._generator)
        bits = self._bits if len(self.distinct) == 1 else self._bits[self._which]
        return bits.to(self._device, non_blocking=True)


@dataclass(frozen=True)
class Dropout:
    """The dropout of one kind of unit, hidden or input; both tensors are ``(K, 1, 1)``."""

    threshold: Tensor
    """int16; a unit whose random bits lie below is dropped."""
    scale: Tensor
    """1 / (1 − p): what the units that stay are multiplied by."""


class Masks:
    """Dropout masks of K members."""

    def __init__(self, seeds: Sequence[int], device: torch.device) -> None:
        """``seeds``: of the K members, which alone decide their masks."""
        self._seeds, self._device = list(seeds), device
        self._bits: dict[tuple[int, int, int], MaskBits] = {}
        self._masks: dict[tuple[int, int, int], Tensor] = {}

    def draw(self, place: int, batch: int, units: int, dropout: Dropout, step: int) -> Tensor:
        """The mask ``(K, batch, units)`` of one place (0 is the input): 0, or 1/(1 − p); overwritten by the next."""
        key = place, batch, units
        if key not in self._bits:
            self._bits[key] = MaskBits(self._seeds, place, (batch, units), self._device)
            self._masks[key] = torch.empty(len(self._seeds), batch, units, device=self._device)
        return torch.ge(self._bits[key].draw(step), dropout.threshold, out=self._masks[key]).mul_(dropout.scale)


def drop_threshold(p: float) -> int:
    """The int16 below which a unit is dropped, so that the rate is p to within 2⁻¹⁷."""
    return min(round(p * 65536), 65535) - 32768
