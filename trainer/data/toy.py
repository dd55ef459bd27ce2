"""Two-dimensional toy sets that train in seconds; about all points lie in the unit square."""

from __future__ import annotations

from math import pi

import torch
from torch import Tensor


def draw_points(name: str, count: int, noise: float, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Points ``(count, 2)`` float32 and labels ``(count,)`` int64, classes equally frequent, in random order.

    ``noise`` is the deviation that is added to each coordinate, where the shapes span about −1 … 1.
    """
    classes = 4 if name == "gaussians" else 2
    labels = torch.arange(count) % classes
    labels = labels[torch.randperm(count, generator=generator)]
    t = torch.rand(count, generator=generator)
    points = _SHAPES[name](t, labels, generator)
    points += noise * torch.randn(count, 2, generator=generator)
    return points.mul_(0.5).add_(0.5), labels


def _moons(t: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
    angle, upper = pi * t, labels == 0
    x = torch.where(upper, angle.cos() - 0.5, 0.5 - angle.cos())
    y = torch.where(upper, angle.sin() - 0.25, 0.25 - angle.sin())
    return torch.stack([x, y], 1) / 1.5


def _circles(t: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
    angle, radius = 2 * pi * t, torch.where(labels == 0, 0.9, 0.45)
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1)


def _spirals(t: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
    radius = 0.05 + 0.9 * t.sqrt()
    angle = 3.5 * pi * t.sqrt() + pi * labels
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1)


def _xor(t: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
    x = 0.05 + 0.9 * t
    y = 0.05 + 0.9 * torch.rand(len(t), generator=generator)
    flip = torch.where(torch.rand(len(t), generator=generator) < 0.5, -1.0, 1.0)
    return torch.stack([x * flip, y * flip * torch.where(labels == 0, 1.0, -1.0)], 1)


def _gaussians(t: Tensor, labels: Tensor, generator: torch.Generator) -> Tensor:
    centres = torch.tensor([[-0.5, -0.5], [-0.5, 0.5], [0.5, -0.5], [0.5, 0.5]])
    return centres[labels] + 0.15 * torch.randn(len(t), 2, generator=generator)


_SHAPES = {"moons": _moons, "circles": _circles, "spirals": _spirals, "xor": _xor, "gaussians": _gaussians}
