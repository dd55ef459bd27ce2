"""What the engine needs of a model: the one interface behind which K networks of one architecture train side by side.

Two paths lie behind it. ``autograd.py`` trains whatever can be written as a differentiable function of stacked tensors;
``mlp.py`` is the same mathematics by hand for the multilayer perceptron, where the speed is. Both are held to the same
numbers by tests/engine/test_network.py.

Shapes: K members, R of them with a batch of their own (1 when all share one), B examples of a batch, C classes. Logits
are class-major, ``(K, C, B)``: a softmax over 10 adjacent numbers is 8 times slower.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import torch
from torch import Tensor

from trainer.config import RunConfig
from trainer.engine.hyperparameters import Hyperparameters, Rates
from trainer.engine.masks import Masks
from trainer.engine.randomness import initial_parameters
from trainer.execution import Precision


@dataclass(frozen=True)
class Parameter:
    """One learned tensor of K members."""

    name: str
    """Such as ``layer1.weight``; the part before the dot names the layer."""
    values: Tensor
    """Contiguous: weights ``(K, fan_in, units)``, the order in which products run fastest, others ``(K, 1, units)``."""
    is_weight: bool
    """Weights are penalised, limited and measured; the others (biases, gains) are penalised where a config says so."""

    @property
    def layer(self) -> str:
        """The layer that it belongs to."""
        return self.name.partition(".")[0]


Hidden = Callable[[str, Tensor], None]
"""Told of each hidden layer, by name, what it passes on: ``(K, N, …, units)``, to be looked at only."""


class Network(ABC):
    """K networks of one architecture: parameters, training pass, prediction."""

    precision: Precision = "float32"
    """Of the products in training; parameters, gradients and predictions are float32 in any case."""

    def __init__(
        self, configs: Sequence[RunConfig], parameters: Sequence[Parameter], buffers: Mapping[str, Tensor]
    ) -> None:
        """``buffers``: ``(K, …)`` each; what is neither learned nor drawn, such as batch norm's running figures."""
        self.configs, self.parameters, self.buffers = list(configs), list(parameters), dict(buffers)
        self.masks = Masks([config.seed for config in configs], self.device)

    @property
    def device(self) -> torch.device:
        """Where the parameters are."""
        return self.parameters[0].values.device

    @property
    def state(self) -> dict[str, Tensor]:
        """All that makes the K networks what they are, by name: what a checkpoint holds."""
        return {**{p.name: p.values for p in self.parameters}, **self.buffers}

    def select(self, chosen: Sequence[int], state: Mapping[str, Tensor] | None = None) -> Self:
        """The chosen members as networks of their own, copied from here or from a former ``state`` of all K."""
        source, indices = self.state if state is None else state, list(chosen)
        parameters = [Parameter(p.name, source[p.name][indices], p.is_weight) for p in self.parameters]
        buffers = {name: source[name][indices] for name in self.buffers}
        network = type(self)([self.configs[k] for k in indices], parameters, buffers)
        network.precision = self.precision
        return network

    @abstractmethod
    def forward(self, x: Tensor, logits: Tensor, hyper: Hyperparameters, row: int) -> None:
        """Training mode: write the logits ``(K, C, B)`` of the batch ``x (R, B, features)``.

        Dropout is that of the row-th step which the masks were aimed at.
        """

    @abstractmethod
    def write_gradients(self, delta: Tensor, out: Sequence[Tensor]) -> None:
        """After ``forward``: each parameter's gradient; ``delta (K, C, B)`` is the loss's gradient by the logits."""

    @abstractmethod
    def predict(self, x: Tensor, hidden: Hidden | None = None) -> Tensor:
        """Eval mode, without dropout: logits ``(K, C, N)`` of ``x (N, features)``; ``hidden`` sees the layers below."""

    descends: ClassVar[bool] = False
    """Whether ``descend`` is there: plain SGD fused into the backward pass."""

    def descend(self, delta: Tensor, rates: Rates) -> None:
        """After ``forward``: w ← w − lr·(g + λ₂w + λ₁ sign w); ``delta`` is overwritten."""
        raise NotImplementedError


def draw_layers(configs: Sequence[RunConfig], device: torch.device) -> list[Parameter]:
    """Weights and biases of K members, each drawn from its own seed; the configs agree in data and model."""
    shapes = configs[0].layers
    seeds = [config.seed for config in configs]
    drawn = {seed: initial_parameters(seed, list(shapes.values())) for seed in dict.fromkeys(seeds)}
    parameters = []
    for i, name in enumerate(shapes):
        weight = torch.stack([drawn[seed][i][0] for seed in seeds]).to(device)
        bias = torch.stack([drawn[seed][i][1] for seed in seeds]).unsqueeze(1).to(device)
        parameters += [Parameter(f"{name}.weight", weight, True), Parameter(f"{name}.bias", bias, False)]
    return parameters
