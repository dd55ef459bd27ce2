"""Which network trains a config: the one place that knows every kind of model."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from trainer.config import RunConfig
from trainer.engine.cnn import make_cnn
from trainer.engine.mlp import HandwrittenMLP
from trainer.engine.network import Network, draw_layers


def make_network(configs: Sequence[RunConfig], device: torch.device) -> Network:
    """K networks with the initial weights of their seeds; the configs agree in data and model."""
    if configs[0].model.kind == "cnn":
        return make_cnn(configs, device)
    return HandwrittenMLP(configs, draw_layers(configs, device), {})
