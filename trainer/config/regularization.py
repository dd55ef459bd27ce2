"""The regularization section of a config."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trainer.config.section import Section
from trainer.config.settings import COUNTS, LAMBDAS, PROBABILITIES, Setting


class EarlyStopping(Section):
    """Stop when the monitored figure has not improved for a while."""

    monitor: Annotated[
        Literal["val_loss", "val_acc"], Field(description="The figure that must improve."), Setting("monitor")
    ] = "val_loss"
    patience: Annotated[
        int,
        Field(ge=1, le=100_000, description="Epochs without improvement before stopping."),
        Setting("patience", ladder=COUNTS, unit="epochs", effect="More patience survives noise but trains longer."),
    ] = 3
    min_delta: Annotated[
        float,
        Field(ge=0, le=10, description="The least change that counts as improvement."),
        Setting("min delta", ladder=(0.0, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2)),
    ] = 0.0
    restore_best: Annotated[
        bool,
        Field(description="Judge the test set with the weights of the best epoch; off takes the last epoch's."),
        Setting("restore best"),
    ] = True


class Regularization(Section):
    """What keeps the weights from learning the training set by heart."""

    l1: Annotated[
        float,
        Field(ge=0, le=10, description="Penalty λ₁ on the absolute weights."),
        Setting(
            "L1 λ",
            ladder=LAMBDAS,
            dial=True,
            formula="λ₁·Σ|w|",
            effect="More drives small weights to zero: a sparse network.",
        ),
    ] = 0.0
    l1_method: Annotated[
        Literal["subgradient", "proximal"],
        Field(
            description="subgradient adds λ₁·sign(w), never exactly zero; "
            "proximal soft-thresholds after the step: exact zeros."
        ),
        Setting("L1 method"),
    ] = "subgradient"
    l2: Annotated[
        float,
        Field(ge=0, le=10, description="Penalty λ₂ on the squared weights: PyTorch's weight_decay."),
        Setting(
            "L2 λ",
            ladder=LAMBDAS,
            dial=True,
            formula="λ₂/2·Σw²",
            effect="More shrinks all weights, large ones most.",
        ),
    ] = 0.0
    l2_method: Annotated[
        Literal["coupled", "decoupled"],
        Field(
            description="coupled adds λ₂·w to the gradient; decoupled shrinks w by lr·λ₂ apart from it (AdamW's way)."
        ),
        Setting("L2 method"),
    ] = "coupled"
    dropout: Annotated[
        float,
        Field(ge=0, le=0.99, description="Probability that a hidden unit is switched off for a batch example."),
        Setting(
            "dropout p",
            ladder=PROBABILITIES,
            dial=True,
            formula="h·mask/(1−p)",
            effect="More narrows the gap; above 0.7 it tends to hurt.",
        ),
    ] = 0.0
    input_dropout: Annotated[
        float,
        Field(ge=0, le=0.99, description="Probability that an input feature is switched off."),
        Setting(
            "input dropout",
            ladder=PROBABILITIES,
            dial=True,
            formula="x·mask/(1−p)",
            effect="More hides pixels; 0.2 is a common choice.",
        ),
    ] = 0.0
    max_norm: Annotated[
        float | None,
        Field(gt=0, le=1000, description="Largest L2 norm of the weights into one unit; null is no limit."),
        Setting(
            "max norm",
            ladder=(None, 10.0, 7.0, 5.0, 4.0, 3.0, 2.0, 1.5, 1.0, 0.5),
            dial=True,
            formula="‖w_unit‖₂ ≤ c",
            effect="Smaller holds every unit's weights on a shorter leash.",
        ),
    ] = None
    label_smoothing: Annotated[
        float,
        Field(ge=0, le=0.99, description="Share of each target spread evenly over all classes."),
        Setting(
            "label smoothing",
            ladder=(0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3),
            dial=True,
            formula="(1−ε)·y + ε/C",
            effect="More keeps predictions from growing too sure.",
        ),
    ] = 0.0
    penalize_bias: Annotated[
        bool,
        Field(description="Whether L1 and L2 also act on biases, as the lesson's code does."),
        Setting("penalize bias"),
    ] = False
    early_stopping: Annotated[
        EarlyStopping | None,
        Field(description="Stop when validation no longer improves; null never does."),
        Setting("early stopping"),
    ] = None
