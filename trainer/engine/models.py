"""Which network trains a config: the one place that knows every kind of model."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from trainer.config import RunConfig
from trainer.engine.autograd import AutogradMLP
from trainer.engine.cnn import make_cnn
from trainer.engine.mlp import HandwrittenMLP
from trainer.engine.network import Network, draw_layers
from trainer.execution import Precision


def make_network(configs: Sequence[RunConfig], device: torch.device, precision: Precision = "float32") -> Network:
    """K networks with the initial weights of their seeds; the configs agree in data and model.

    In bf16 all of them go by autograd, which can mix the two kinds of numbers.
    """
    network: Network
    if configs[0].model.kind == "cnn":
        network = make_cnn(configs, device)
    elif precision == "bf16":
        network = AutogradMLP(configs, draw_layers(configs, device), {})
    else:
        network = HandwrittenMLP(configs, draw_layers(configs, device), {})
    network.precision = precision
    return network
