"""Pictures of what units respond to: weights over the image, kernels, or activations over the plane."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, zip_longest
from typing import Literal

import torch
from torch import Tensor

from trainer.config import CNN, DATASETS
from trainer.engine.insight.plane import activations
from trainer.engine.network import Network
from trainer.engine.stack import ResidentData
from trainer.insight import MOST_PICTURES, Picture, UnitPictures

PLANE_PICTURE = 24
"""Rows and columns of a unit's picture over the plane."""
OUTLIERS = 0.005
"""Share of the drawn weights that may be off the scale: a single large one would darken all others."""


def picture_units(network: Network, member: int, data: ResidentData) -> UnitPictures:
    """The most influential units; of a softmax regression its classes."""
    model, shape = network.configs[member].model, DATASETS[network.configs[member].data.dataset].shape
    weights = {p.layer: p.values[member] for p in network.parameters if p.is_weight}
    first, *others = weights.values()
    if len(shape) == 1:
        return _over_the_plane(network, member, data, weights)
    if isinstance(model, CNN):
        kernel = (shape[0], model.kernel_size, model.kernel_size)
        return _over_the_image(first, chosen(first, others[0]), kernel, "kernels", "channel")
    if others:
        return _over_the_image(first, chosen(first, others[0]), shape, "weights", "unit")
    return _over_the_image(first, range(min(MOST_PICTURES, first.shape[1])), shape, "weights", "class")


def chosen(into: Tensor, out: Tensor, count: int = MOST_PICTURES) -> list[int]:
    """The units with the greatest ‖weights in‖·‖weights out‖, in their order.

    ``into (fan_in, units)``, ``out (units·places, above)``: a channel feeds the next layer from several places.
    """
    units = into.shape[1]
    squared = into.square().sum(0) * out.reshape(units, -1).square().sum(
        1
    )  # a norm along an axis takes ten times as long
    return sorted(torch.topk(squared.nan_to_num(), min(count, units)).indices.tolist())


def _over_the_image(
    w: Tensor, units: Sequence[int], shape: tuple[int, ...], kind: Literal["weights", "kernels"], word: str
) -> UnitPictures:
    channels, height, width = shape
    drawn = w[:, list(units)].T.reshape(-1, channels, height * width).mT.nan_to_num()  # (units, pixels, channels)
    scale = _scale(drawn)
    levels = (drawn / scale * 127 + 128).round().clamp(1, 255).byte().cpu()
    pictures = (
        Picture(label=f"{word} {unit}", height=height, width=width, pixels=picture.numpy().tobytes())
        for unit, picture in zip(units, levels, strict=True)
    )
    return UnitPictures(kind=kind, scale=scale, pictures=tuple(pictures))


def _scale(drawn: Tensor) -> float:
    """The |w| of full brightness."""
    absolute = drawn.abs().flatten()
    kept = max(1, round(absolute.numel() * (1 - OUTLIERS)))
    return float(absolute.kthvalue(kept).values) or float(absolute.max()) or 1.0


def _over_the_plane(network: Network, member: int, data: ResidentData, weights: dict[str, Tensor]) -> UnitPictures:
    """Units of every hidden layer in turn, the last one first; a softmax regression has none."""
    *hidden, _ = weights
    columns: list[list[Picture]] = []
    if hidden:
        above = dict(zip(hidden, list(weights.values())[1:], strict=True))
        seen = activations(network, member, data, PLANE_PICTURE, hidden)
        for layer in reversed(hidden):
            units = chosen(weights[layer], above[layer], max(1, MOST_PICTURES // len(hidden)))
            columns.append([_activation(f"{layer} unit {unit}", seen[layer][:, unit]) for unit in units])
    mixed = (picture for row in zip_longest(*columns) for picture in row if picture)
    return UnitPictures(kind="activations", scale=0.0, pictures=tuple(islice(mixed, MOST_PICTURES)))


def _activation(label: str, h: Tensor) -> Picture:
    h = h.nan_to_num()
    low, high = float(h.min()), float(h.max())
    levels = ((h - low) / ((high - low) or 1.0) * 255).round().byte().cpu()
    return Picture(label=label, height=PLANE_PICTURE, width=PLANE_PICTURE, pixels=levels.numpy().tobytes())
