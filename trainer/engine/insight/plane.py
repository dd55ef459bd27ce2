"""The plane of a toy set: how one member cuts it, and what its hidden units see of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.engine.network import Network
from trainer.engine.stack import ResidentData
from trainer.insight import BOUNDARY, MOST_POINTS, Plane, Points

SAMPLE = 4000
"""Points that decide which part of the plane is shown."""
MARGIN = 1.1


@dataclass(frozen=True)
class Square:
    """The part of the plane where about all points lie."""

    x: float
    """Its centre."""
    y: float
    half: float
    """Half its side."""

    def grid(self, columns: int, rows: int, device: torch.device) -> Tensor:
        """Places ``(rows·columns, 2)`` in the middle of square cells, row by row, the uppermost first.

        The rows are as high as the square; more columns than rows reach beyond it on both sides.
        """
        cell = 2 * self.half / rows
        x = self.x + cell * (torch.arange(columns) - (columns - 1) / 2)
        y = self.y - cell * (torch.arange(rows) - (rows - 1) / 2)
        down, across = torch.meshgrid(y, x, indexing="ij")
        return torch.stack([across, down], 2).view(-1, 2).to(device)


def square(data: ResidentData) -> Square:
    """Around all points but the outermost."""
    sample = data.inputs[:SAMPLE].cpu()
    low, high = torch.quantile(sample, torch.tensor([0.005, 0.995]), dim=0)
    (x, y), half = ((low + high) / 2).tolist(), float((high - low).max()) / 2
    return Square(x, y, MARGIN * half or 1.0)


def cut_plane(network: Network, member: int, data: ResidentData) -> Plane | None:
    """Class probabilities over the plane, with some points; None when they are not finite."""
    columns, rows = BOUNDARY
    where = square(data)
    probabilities = network.predict(where.grid(columns, rows, data.inputs.device))[member].softmax(0)
    if not bool(torch.isfinite(probabilities).all()):
        return None
    levels = (probabilities * 255).round().byte().cpu()
    targets = data.targets
    judged = data.validation
    positions = torch.arange(len(judged.labels)) if judged.positions is None else judged.positions
    return Plane(
        columns=columns,
        rows=rows,
        probabilities=tuple(plane.numpy().tobytes() for plane in levels),
        train=_points(data.inputs, targets[data.train.to(targets.device)], data.train, where, MOST_POINTS),
        validation=_points(judged.pool, judged.labels, positions, where, MOST_POINTS // 2),
    )


def _points(pool: Tensor, labels: Tensor, positions: Tensor, where: Square, count: int) -> Points:
    """The first ``count`` of the positions that lie in the grid; ``labels (N,)`` are those of the positions."""
    columns, rows = BOUNDARY
    some = pool[positions[: 2 * count].to(pool.device)].cpu()
    centre, half = torch.tensor([where.x, where.y]), torch.tensor([where.half * columns / rows, where.half])
    places = ((some - centre) / half + 1) / 2
    inside = ((places >= 0) & (places <= 1)).all(1)
    shown = (places[inside][:count] * 255).round().byte()
    return Points(
        places=shown.numpy().tobytes(),
        labels=labels[: 2 * count].cpu()[inside][:count].byte().numpy().tobytes(),
    )


def activations(
    network: Network, member: int, data: ResidentData, size: int, layers: Sequence[str]
) -> dict[str, Tensor]:
    """What the member's hidden layers pass on at ``size``² places of the square, ``(size², units)`` each."""
    seen: dict[str, Tensor] = {}

    def keep(layer: str, h: Tensor) -> None:
        if layer in layers:
            seen[layer] = h[member].clone()

    network.predict(square(data).grid(size, size, data.inputs.device), keep)
    return seen
