"""K small convolutional networks side by side, stacked by grouped convolution.

A block is convolution, batch norm (optional), activation, pooling, dropout; the members lie along the channels,
``(B, K·channels, height, width)``, and each convolution has one group per member. Linear layers follow. Measured in
docs/decisions/0003-networks-behind-one-interface.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from trainer.config import CNN, DATASETS, RunConfig
from trainer.engine.autograd import AutogradNetwork, Mask, activation, dense, dropped
from trainer.engine.network import Hidden, Parameter, draw_layers


class ConvolutionalNetwork(AutogradNetwork):
    """K networks of convolution blocks and linear layers."""

    def logits(
        self, values: Mapping[str, Tensor], x: Tensor, mask: Mask, training: bool, hidden: Hidden | None = None
    ) -> Tensor:
        model, K = self.configs[0].model, len(self.configs)
        assert isinstance(model, CNN)
        B, image = x.shape[1], DATASETS[self.configs[0].data.dataset].shape
        x = dropped(x, mask(0, x.shape[2]))
        h = x.transpose(0, 1).reshape(B, -1, *image[1:])  # (B, R·channels, height, width)
        for i, channels in enumerate(model.channels, start=1):
            h = self._convolve(values, f"conv{i}", h, channels)
            if model.batch_norm:
                h = self._normalise(values, f"norm{i}", h, training)
            h = activate_and_pool(model, h)
            if hidden:
                hidden(f"conv{i}", h.reshape(B, K, -1, h.shape[2] * h.shape[3]).permute(1, 0, 3, 2))
            h = self._drop(model, h, mask, i)
        h = h.reshape(B, K, -1).transpose(0, 1)  # (K, B, features)
        names = [p.layer for p in self.parameters if p.is_weight][len(model.channels) :]
        return dense(values, names, model.activation, h, mask, len(model.channels) + 1, hidden)

    def _convolve(self, values: Mapping[str, Tensor], name: str, h: Tensor, channels: int) -> Tensor:
        """Same-size convolution; all members together where they still share their input, else a group for each."""
        K, weight, bias = len(self.configs), values[f"{name}.weight"], values[f"{name}.bias"]
        size = self._kernel_size
        below = weight.shape[1] // size**2
        kernel = weight.mT.reshape(K * channels, below, size, size)
        return F.conv2d(h, kernel, bias.reshape(-1), padding=size // 2, groups=h.shape[1] // below)

    @property
    def _kernel_size(self) -> int:
        model = self.configs[0].model
        assert isinstance(model, CNN)
        return model.kernel_size

    def _normalise(self, values: Mapping[str, Tensor], name: str, h: Tensor, training: bool) -> Tensor:
        """Batch norm per member and channel, as ``torch.nn.BatchNorm2d``; in training it moves the running figures."""
        mean, variance = (self.buffers[f"{name}.{figure}"].view(-1) for figure in ("mean", "variance"))
        gain, shift = (values[f"{name}.{part}"].reshape(-1) for part in ("gain", "shift"))
        return F.batch_norm(h, mean, variance, gain, shift, training, momentum=0.1, eps=1e-5)

    def _drop(self, model: CNN, h: Tensor, mask: Mask, place: int) -> Tensor:
        """Dropout after a block: of whole channels (Tompson et al. 2015), of single activations, or none."""
        if model.block_dropout == "none":
            return h
        B, K, (height, width) = h.shape[0], len(self.configs), h.shape[2:]
        members = h.reshape(B, K, -1, height, width).transpose(0, 1)  # (K, B, channels, height, width)
        channels = members.shape[2]
        whole = model.block_dropout == "channels"
        drawn = mask(place, channels if whole else channels * height * width)
        if drawn is None:
            return h
        drawn = drawn.view(K, B, channels, 1, 1) if whole else drawn.view(K, B, channels, height, width)
        return (members * drawn).transpose(0, 1).reshape(h.shape)


def activate_and_pool(model: CNN, h: Tensor) -> Tensor:
    """The activation, then each 2×2 square as one number.

    Where both only look for the larger of two numbers, the order is of no account: pooled first, three quarters of the
    activation are saved. On a CPU, max pooling takes a sixth of the time with the channels innermost.
    """
    if model.pooling == "average":
        return F.avg_pool2d(activation(model.activation, h), 2)
    if model.activation == "gelu":  # it falls before it rises
        return F.max_pool2d(activation("gelu", h), 2)
    return activation(model.activation, F.max_pool2d(h.contiguous(memory_format=torch.channels_last), 2))


def make_cnn(configs: Sequence[RunConfig], device: torch.device) -> ConvolutionalNetwork:
    """K networks with fresh weights."""
    model = configs[0].model
    assert isinstance(model, CNN)
    parameters, buffers = draw_layers(configs, device), dict[str, Tensor]()
    if model.batch_norm:
        for i, channels in enumerate(model.channels, start=1):
            ones, zeros = torch.ones(len(configs), 1, channels), torch.zeros(len(configs), 1, channels)
            parameters.append(Parameter(f"norm{i}.gain", ones.to(device), False))
            parameters.append(Parameter(f"norm{i}.shift", zeros.to(device), False))
            buffers[f"norm{i}.mean"], buffers[f"norm{i}.variance"] = zeros.clone().to(device), ones.clone().to(device)
    return ConvolutionalNetwork(configs, parameters, buffers)
