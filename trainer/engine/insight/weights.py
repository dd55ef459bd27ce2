"""The weights of one member: their distribution by layer, and which units are dead."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

import torch
from torch import Tensor

from trainer.engine.network import Network
from trainer.insight import HISTOGRAM_BINS, Histogram, LayerInsight


def describe_layers(network: Network, member: int, alive: Mapping[str, Tensor]) -> tuple[LayerInsight, ...]:
    """Every weight matrix; ``alive``: by layer, which units were above zero on any example ``(units,)``."""
    model = network.configs[member].model
    relu = model.kind != "linear" and model.activation == "relu"
    layers = []
    for parameter in network.parameters:
        if parameter.is_weight:
            w = parameter.values[member]
            seen = alive.get(parameter.layer) if relu else None
            layers.append(
                LayerInsight(
                    name=parameter.layer,
                    weights=w.numel(),
                    norm=float(torch.linalg.vector_norm(w)),
                    sparsity=1 - int(torch.count_nonzero(w)) / w.numel(),
                    near_zero=int(torch.count_nonzero(w.abs() < 1e-3)) / w.numel(),
                    units=w.shape[-1],
                    dead=None if seen is None else int((~seen).sum()),
                    histogram=histogram(w),
                )
            )
    return tuple(layers)


def histogram(w: Tensor) -> Histogram:
    """Of the finite weights, over limits symmetric about 0 so that exact zeros share the middle bin."""
    low, high = (float(end) for end in torch.aminmax(w))
    if not isfinite(low + high):
        finite = w[torch.isfinite(w)]
        return histogram(finite) if finite.numel() else Histogram(low=-1.0, high=1.0, counts=(0,) * HISTOGRAM_BINS)
    limit = max(-low, high) or 1.0
    counts = torch.histc(w, HISTOGRAM_BINS, -limit, limit)
    return Histogram(low=-limit, high=limit, counts=tuple(int(count) for count in counts.tolist()))
