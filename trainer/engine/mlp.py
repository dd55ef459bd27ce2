"""K multilayer perceptrons side by side: a hand-written forward and backward pass over stacked parameters.

The products are laid out for speed, the buffers of a batch size are made once, and plain SGD's update is fused into the
product that gives its gradient. ``in`` and ``out`` are the units below and above a layer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from trainer.config import RunConfig
from trainer.engine.hyperparameters import Hyperparameters, Rates, Shrinkage
from trainer.engine.network import Hidden, Network, Parameter

_aten = torch.ops.aten


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
    """The buffers of one batch size, and views of them: a training step allocates nothing large."""

    def __init__(self, members: int, hidden: Sequence[int], batch: int, device: torch.device) -> None:
        """``hidden``: units of each hidden layer."""
        self.ones = torch.ones(1, 1, batch, device=device).expand(members, 1, batch)
        self.z, self.dropped, self.deltas = (
            [torch.empty(members, batch, units, device=device) for units in hidden] for _ in range(3)
        )
        self.inputs: list[Tensor] = []
        """What each layer saw in the last forward pass, ``(K, B, in)``."""
        self.activations: list[Tensor] = []
        self.masks: list[Tensor] = []


class HandwrittenMLP(Network):
    """K perceptrons, or softmax regressions where there is no hidden layer."""

    descends = True

    def __init__(
        self, configs: Sequence[RunConfig], parameters: Sequence[Parameter], buffers: Mapping[str, Tensor]
    ) -> None:
        super().__init__(configs, parameters, buffers)
        model = configs[0].model
        self._activation = model.activation if model.kind == "mlp" else "relu"
        self._kernels = [p.values for p in parameters if p.is_weight]
        self._transposed = [kernel.mT for kernel in self._kernels]
        self._biases = [p.values for p in parameters if not p.is_weight]
        self._last_bias = self._biases[-1].mT
        self._top = torch.empty_like(self._transposed[-1], memory_format=torch.contiguous_format)
        self._workspaces: dict[int, Workspace] = {}

    def _workspace(self, batch: int) -> Workspace:
        if batch not in self._workspaces:
            hidden = [kernel.shape[2] for kernel in self._kernels[:-1]]
            self._workspaces[batch] = Workspace(len(self.configs), hidden, batch, self.device)
        return self._workspaces[batch]

    def forward(self, x: Tensor, logits: Tensor, hyper: Hyperparameters, row: int) -> None:
        batch = x.shape[1]
        work = self._workspace(batch)
        work.activations, work.masks = [], []
        h = x.expand(len(self.configs), -1, -1)
        if hyper.input_dropout is not None:
            h = h * self.masks.draw(0, batch, x.shape[2], hyper.input_dropout, row)
        work.inputs = [h]
        for i, z in enumerate(work.z):
            torch.baddbmm(self._biases[i], h, self._kernels[i], out=z)
            h = activate(self._activation, z)
            work.activations.append(h)
            if hyper.dropout is not None:
                mask = self.masks.draw(i + 1, batch, z.shape[2], hyper.dropout, row)
                work.masks.append(mask)
                h = torch.mul(h, mask, out=work.dropped[i])
            work.inputs.append(h)
        torch.baddbmm(self._last_bias, self._transposed[-1], h.mT, out=logits)

    def _backward(self, work: Workspace, above: Tensor) -> list[Tensor]:
        """The loss's gradient ``(K, B, out)`` by the sums of each hidden layer, from that of the last layer."""
        deltas = []
        for i in reversed(range(len(work.deltas))):
            out = torch.bmm(above, self._transposed[i + 1], out=work.deltas[i])
            if work.masks:
                out.mul_(work.masks[i])
            above = activation_backward(self._activation, out, work.z[i], work.activations[i])
            deltas.append(above)
        return deltas[::-1]

    def write_gradients(self, delta: Tensor, out: Sequence[Tensor]) -> None:
        work, last = self._workspace(delta.shape[2]), delta.mT
        for i, above in enumerate(self._backward(work, last)):
            torch.bmm(work.inputs[i].mT, above, out=out[2 * i])
            torch.bmm(work.ones, above, out=out[2 * i + 1])
        # The last layer has few units: a product that is as narrow as they are takes six times as long as a wide one.
        out[-2].copy_(torch.bmm(delta, work.inputs[-1], out=self._top).mT)
        torch.bmm(work.ones, last, out=out[-1])

    def descend(self, delta: Tensor, rates: Rates) -> None:
        work, last = self._workspace(delta.shape[2]), delta.mul_(rates.descent).mT  # so the products carry −lr
        deltas = self._backward(work, last)
        for kernel, bias in zip(self._kernels, self._biases, strict=True):
            _shrink(kernel, rates.weights)
            _shrink(bias, rates.biases)
        for i, above in enumerate(deltas):
            self._kernels[i].baddbmm_(work.inputs[i].mT, above)
            self._biases[i].baddbmm_(work.ones, above)
        self._transposed[-1].add_(torch.bmm(delta, work.inputs[-1], out=self._top))
        self._biases[-1].baddbmm_(work.ones, last)

    def predict(self, x: Tensor, hidden: Hidden | None = None) -> Tensor:
        h = x.unsqueeze(0).expand(len(self.configs), *x.shape)
        for i, (kernel, bias) in enumerate(zip(self._kernels[:-1], self._biases[:-1], strict=True)):
            h = activate(self._activation, torch.baddbmm(bias, h, kernel))
            if hidden:
                hidden(self.parameters[2 * i].layer, h)
        return torch.baddbmm(self._biases[-1].mT, self._transposed[-1], h.mT)


def _shrink(w: Tensor, by: Shrinkage) -> None:
    """The descent of plain SGD along its penalties, all taken at the weights before the step."""
    sign = None if by.sign_step is None else torch.sign(w).mul_(by.sign_step)
    for factor in (by.coupled, by.decoupled):
        if factor is not None:
            w.mul_(factor)
    if sign is not None:
        w.sub_(sign)
