"""The model section of a config."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer.config.section import Section
from trainer.config.settings import Setting

LARGEST_MODEL = 100_000_000
"""Parameters that one run may have at most."""

Units = Annotated[int, Field(strict=True, ge=1, le=65_536)]


class MLP(Section):
    """A multilayer perceptron: linear layers with an activation between them, dropout after each hidden layer."""

    kind: Literal["mlp"] = "mlp"
    hidden: Annotated[
        tuple[Units, ...],
        Field(strict=False, max_length=16, description="Units of each hidden layer."),
        Setting("hidden layers", unit="units", effect="Wider and deeper memorises more."),
    ] = (256,)
    activation: Annotated[
        Literal["relu", "tanh", "sigmoid", "gelu"],
        Field(description="The nonlinearity between layers."),
        Setting("activation"),
    ] = "relu"


class Linear(Section):
    """Softmax regression: one linear layer, where L1 and L2 are easiest to see."""

    kind: Literal["linear"] = "linear"


Model = Annotated[
    MLP | Linear, Field(discriminator="kind", description="The network that is trained."), Setting("model")
]
