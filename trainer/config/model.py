"""The model section of a config."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trainer.config.data import DatasetFacts
from trainer.config.section import Section
from trainer.config.settings import Setting

LARGEST_MODEL = 100_000_000
"""Parameters that one run may have at most."""

Units = Annotated[int, Field(strict=True, ge=1, le=65_536)]
Channels = Annotated[int, Field(strict=True, ge=1, le=512)]
Layers = dict[str, tuple[int, int]]
"""Name of each weight matrix, input side first, with (numbers into a unit, units)."""

Activation = Annotated[
    Literal["relu", "tanh", "sigmoid", "gelu"],
    Field(description="The nonlinearity between layers."),
    Setting("activation"),
]


def _dense(sizes: tuple[int, ...]) -> Layers:
    return {f"layer{i}": pair for i, pair in enumerate(pairwise(sizes), start=1)}


class MLP(Section):
    """A multilayer perceptron: linear layers with an activation between them, dropout after each hidden layer."""

    kind: Literal["mlp"] = "mlp"
    hidden: Annotated[
        tuple[Units, ...],
        Field(strict=False, max_length=16, description="Units of each hidden layer."),
        Setting("hidden layers", unit="units", effect="Wider and deeper memorises more."),
    ] = (256,)
    activation: Activation = "relu"

    def layers(self, facts: DatasetFacts) -> Layers:
        """Its weight matrices on a dataset."""
        return _dense((facts.features, *self.hidden, facts.classes))


class Linear(Section):
    """Softmax regression: one linear layer, where L1 and L2 are easiest to see."""

    kind: Literal["linear"] = "linear"

    def layers(self, facts: DatasetFacts) -> Layers:
        """Its one weight matrix on a dataset."""
        return _dense((facts.features, facts.classes))


class CNN(Section):
    """A small convolutional network: blocks of convolution, activation and pooling to half the size; linear layers."""

    kind: Literal["cnn"] = "cnn"
    channels: Annotated[
        tuple[Channels, ...],
        Field(strict=False, min_length=1, max_length=4, description="Channels of each convolution block."),
        Setting("channels", unit="channels", effect="More channels see more kinds of detail, and cost time."),
    ] = (8, 16)
    kernel_size: Annotated[
        int,
        Field(ge=1, le=11, description="Height and width of the convolutions' kernels, an odd number of pixels."),
        Setting("kernel size", ladder=(1, 3, 5, 7, 9, 11), unit="pixels", effect="Larger sees more at once."),
    ] = 3
    pooling: Annotated[
        Literal["max", "average"],
        Field(description="How each 2×2 square of a block's output becomes one number."),
        Setting("pooling"),
    ] = "max"
    batch_norm: Annotated[
        bool,
        Field(description="Normalise each channel over the batch, before the activation."),
        Setting("batch norm", effect="Steadies training at high learning rates; regularizes a little by itself."),
    ] = False
    block_dropout: Annotated[
        Literal["channels", "units", "none"],
        Field(
            description="What dropout p acts on after a block: whole channels (dropout2d), single units, or nothing; "
            "it always acts on the hidden linear layers."
        ),
        Setting("block dropout"),
    ] = "channels"
    hidden: Annotated[
        tuple[Units, ...],
        Field(strict=False, max_length=16, description="Units of each hidden linear layer after the blocks."),
        Setting("hidden layers", unit="units"),
    ] = (64,)
    activation: Activation = "relu"

    @model_validator(mode="after")
    def _kernel_has_a_centre(self) -> Self:
        if self.kernel_size % 2 == 0:
            raise ValueError(f"kernel_size {self.kernel_size} must be odd")
        return self

    def layers(self, facts: DatasetFacts) -> Layers:
        """Its kernels and weight matrices on a dataset of images."""
        below, height, width = facts.shape
        layers: Layers = {}
        for i, channels in enumerate(self.channels, start=1):
            layers[f"conv{i}"] = (below * self.kernel_size**2, channels)
            below, height, width = channels, height // 2, width // 2
        return layers | _dense((below * height * width, *self.hidden, facts.classes))


Model = Annotated[
    MLP | Linear | CNN, Field(discriminator="kind", description="The network that is trained."), Setting("model")
]
