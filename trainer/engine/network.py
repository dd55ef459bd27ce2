"""K multilayer perceptrons side by side: a hand-written forward and backward pass over stacked parameters.

Shapes: K members, B examples of a batch, C classes, ``in`` and ``out`` units of a layer. Weights are stored
``(K, in, out)``, the order in which the products of both passes run fastest; ``Layer.weight`` shows them as
``(K, out, in)``. Logits are class-major, ``(K, C, B)``: a softmax over 10 adjacent numbers is 8 times slower.
Held against autograd by tests/engine/test_network.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.engine.hyperparameters import Dropout, Hyperparameters
from trainer.engine.randomness import MaskBits, initial_parameters

_aten = torch.ops.aten


@dataclass
class Layer:
    """One linear layer of K members."""

    name: str
    kernel: Tensor
    """Weights ``(K, in, out)``, contiguous."""
    bias: Tensor
    """``(K, 1, out)``."""

    @property
    def weight(self) -> Tensor:
        """Weights ``(K, out, in)`` as a view."""
        return self.kernel.mT

    @property
    def tensors(self) -> tuple[Tensor, Tensor]:
        """What is learned."""
        return self.kernel, self.bias


def initial_layers(seeds: Sequence[int], sizes: Sequence[int], device: torch.device) -> list[Layer]:
    """Layers of K members, each drawn from its own seed; ``sizes`` from the input features to the classes."""
    drawn = {seed: initial_parameters(seed, sizes) for seed in dict.fromkeys(seeds)}
    layers = []
    for i in range(len(sizes) - 1):
        kernel = torch.stack([drawn[seed][i][0] for seed in seeds]).to(device)
        bias = torch.stack([drawn[seed][i][1] for seed in seeds]).unsqueeze(1).to(device)
        layers.append(Layer(f"layer{i + 1}", kernel, bias))
    return layers


def activate(kind: str, z: Tensor) -> Tensor:
    """The activation of z; in place but for gelu, whose derivative needs z."""
    match kind:
        case "relu":
            return z.relu_()
        case "tanh":
            return z.tanh_()
        case "sigmoid":
            return z.sigmoid_()
        case _:
            return torch.nn.functional.gelu(z)


def activation_backward(kind: str, grad: Tensor, z: Tensor, h: Tensor) -> Tensor:
    """The gradient through an activation ``h = f(z)``, written over ``grad``."""
    match kind:
        case "relu":
            _aten.threshold_backward.grad_input(grad, h, 0, grad_input=grad)
        case "tanh":
            _aten.tanh_backward.grad_input(grad, h, grad_input=grad)
        case "sigmoid":
            _aten.sigmoid_backward.grad_input(grad, h, grad_input=grad)
        case _:
            _aten.gelu_backward.grad_input(grad, z, grad_input=grad)
    return grad


class Workspace:
    """The buffers of one batch size: a training step allocates nothing large."""

    def __init__(self, layers: Sequence[Layer], seeds: Sequence[int], batch: int, activation: str) -> None:
        """``seeds``: of the K members, from which the dropout masks come."""
        self.layers, self.batch, self.activation = layers, batch, activation
        device = layers[0].kernel.device
        K, features, _ = layers[0].kernel.shape
        hidden = [layer.kernel.shape[2] for layer in layers[:-1]]
        self.ones = torch.ones(1, 1, batch, device=device).expand(K, 1, batch)
        self.deltas = [torch.empty(K, batch, units, device=device) for units in hidden]
        self._z = [torch.empty(K, batch, units, device=device) for units in hidden]
        self._masks = [torch.empty(0, device=device) for _ in (features, *hidden)]
        self._dropped = [torch.empty(0, device=device) for _ in (features, *hidden)]
        self._bits = [MaskBits(seeds, i, (batch, units), device) for i, units in enumerate((features, *hidden))]
        self.inputs: list[Tensor] = []
        """What each layer saw in the last forward pass, ``(K, B, in)``."""
        self._activations: list[Tensor] = []

    def forward(self, x: Tensor, logits: Tensor, hyper: Hyperparameters, step: int) -> None:
        """Training mode: write the logits ``(K, C, B)`` of the batch ``x (K, B, in)`` with this step's masks."""
        self.inputs, self._activations = [], []
        h = self._drop(0, x, hyper.input_dropout, step)
        for i, layer in enumerate(self.layers[:-1]):
            self.inputs.append(h)
            torch.baddbmm(layer.bias, h, layer.kernel, out=self._z[i])
            activation = activate(self.activation, self._z[i])
            self._activations.append(activation)
            h = self._drop(i + 1, activation, hyper.dropout, step)
        self.inputs.append(h)
        last = self.layers[-1]
        torch.baddbmm(last.bias.mT, last.kernel.mT, h.mT, out=logits)

    def _drop(self, i: int, h: Tensor, dropout: Dropout | None, step: int) -> Tensor:
        if dropout is None:
            return h
        if self._masks[i].shape != h.shape:
            self._masks[i] = torch.empty(h.shape, device=h.device)
            self._dropped[i] = torch.empty(h.shape, device=h.device)
        mask = torch.ge(self._bits[i].draw(step), dropout.threshold, out=self._masks[i]).mul_(dropout.scale)
        return torch.mul(h, mask, out=self._dropped[i])

    def backward(self, delta: Tensor, hyper: Hyperparameters) -> None:
        """Turn ``delta (K, C, B)``, the loss's gradient by the logits, into ``self.deltas`` of the hidden layers."""
        for i in reversed(range(len(self.deltas))):
            above, out = self.layers[i + 1].kernel.mT, self.deltas[i]
            torch.bmm(delta.mT if i == len(self.deltas) - 1 else self.deltas[i + 1], above, out=out)
            if hyper.dropout is not None:
                out.mul_(self._masks[i + 1])
            activation_backward(self.activation, out, self._z[i], self._activations[i])


def predict(layers: Sequence[Layer], activation: str, x: Tensor) -> Tensor:
    """Eval mode, without dropout: logits ``(K, C, N)`` of ``x (N, in)``."""
    h = x.unsqueeze(0).expand(layers[0].kernel.shape[0], *x.shape)
    for layer in layers[:-1]:
        h = activate(activation, torch.baddbmm(layer.bias, h, layer.kernel))
    return torch.baddbmm(layers[-1].bias.mT, layers[-1].kernel.mT, h.mT)
