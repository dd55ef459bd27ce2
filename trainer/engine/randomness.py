"""Every random number of training, as a function of (seed, purpose, index): no generator state is ever carried along.

So two configs with one seed are a paired experiment, a member trains alone as it does among others, a resumed run needs
no stored generator, and a GPU run starts from the weights and batches of a CPU run.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

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


def derive_range(seed: int, purpose: str, first: int, count: int) -> Tensor:
    """``derive`` for the indices from ``first`` on, as int64 ``(count,)``."""
    start = _mix(seed + (zlib.crc32(purpose.encode()) << 32)) + first
    z = torch.arange(count) + _signed(start + 0x9E3779B97F4A7C15)
    z = (z ^ _shift(z, 30)) * _signed(0xBF58476D1CE4E5B9)
    z = (z ^ _shift(z, 27)) * _signed(0x94D049BB133111EB)
    return z ^ _shift(z, 31)


def _signed(word: int) -> int:
    """The int64 of the same 64 bits."""
    return ((word & _MASK64) ^ (1 << 63)) - (1 << 63)


def _shift(z: Tensor, bits: int) -> Tensor:
    """To the right, filled with zeros whatever the sign."""
    return (z >> bits) & (_MASK64 >> bits)


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
