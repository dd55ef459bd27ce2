"""Optimizers of a config; names and arguments are those of ``torch.optim`` (weight decay is ``regularization.l2``)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trainer.config.section import Section
from trainer.config.settings import RATES, Setting

LearningRate = Annotated[
    float,
    Field(gt=0, le=10, description="Learning rate: how far a step moves along the gradient."),
    Setting(
        "learning rate",
        ladder=RATES,
        dial=True,
        formula="w ← w − lr·g",
        effect="Too small learns slowly, too large diverges.",
    ),
]
Momentum = Annotated[
    float,
    Field(ge=0, lt=1, description="Share of the last step that the next one keeps."),
    Setting(
        "momentum",
        ladder=(0.0, 0.5, 0.8, 0.9, 0.95, 0.99),
        dial=True,
        formula="v ← μ·v + g",
        effect="More smooths the steps and speeds up long slopes.",
    ),
]
Beta = Annotated[float, Field(strict=True, ge=0, lt=1)]
Betas = Annotated[
    tuple[Beta, Beta],
    Field(strict=False, description="Decay of Adam's running mean and of its running square."),
    Setting("betas"),
]
Epsilon = Annotated[
    float,
    Field(gt=0, le=1, description="Added to the denominator for numerical stability."),
    Setting("eps", ladder=(1e-10, 1e-8, 1e-6, 1e-4)),
]


class SGD(Section):
    """Stochastic gradient descent, as ``torch.optim.SGD``."""

    name: Literal["sgd"] = "sgd"
    lr: LearningRate = 0.01
    momentum: Momentum = 0.0
    nesterov: Annotated[
        bool, Field(description="Look ahead along the momentum; needs momentum > 0."), Setting("nesterov")
    ] = False

    @model_validator(mode="after")
    def _nesterov_needs_momentum(self) -> Self:
        if self.nesterov and self.momentum == 0:
            raise ValueError("nesterov needs momentum > 0")
        return self


class Adam(Section):
    """Adam, as ``torch.optim.Adam``."""

    name: Literal["adam"] = "adam"
    lr: LearningRate = 0.001
    betas: Betas = (0.9, 0.999)
    eps: Epsilon = 1e-8


class AdamW(Section):
    """Adam meant for decoupled weight decay, as ``torch.optim.AdamW`` (set ``l2_method`` to ``decoupled``)."""

    name: Literal["adamw"] = "adamw"
    lr: LearningRate = 0.001
    betas: Betas = (0.9, 0.999)
    eps: Epsilon = 1e-8


class RMSprop(Section):
    """RMSprop, as ``torch.optim.RMSprop``."""

    name: Literal["rmsprop"] = "rmsprop"
    lr: LearningRate = 0.001
    alpha: Annotated[
        float,
        Field(ge=0, lt=1, description="Decay of the running square of the gradient."),
        Setting("alpha", ladder=(0.9, 0.95, 0.99, 0.999)),
    ] = 0.99
    momentum: Momentum = 0.0
    eps: Epsilon = 1e-8


Optimizer = Annotated[
    SGD | Adam | AdamW | RMSprop,
    Field(discriminator="name", description="The rule that turns a gradient into a step."),
    Setting("optimizer"),
]
