"""Learning-rate schedulers of a config; names and arguments are those of ``torch.optim.lr_scheduler``."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trainer.config.section import Section
from trainer.config.settings import COUNTS, FACTORS, RATES, Setting

Gamma = Annotated[
    float,
    Field(gt=0, le=1, description="Factor that the learning rate is multiplied by."),
    Setting("gamma", ladder=FACTORS, effect="Closer to 1 decays more slowly."),
]
EtaMin = Annotated[
    float,
    Field(ge=0, le=10, description="The lowest learning rate that the cosine reaches."),
    Setting("eta min", ladder=(0.0, *RATES)),
]


class Constant(Section):
    """The learning rate never changes."""

    name: Literal["constant"] = "constant"


class Step(Section):
    """``StepLR``: multiply the rate by gamma every step_size epochs."""

    name: Literal["step"] = "step"
    step_size: Annotated[
        int,
        Field(ge=1, le=100_000, description="Epochs between two decays."),
        Setting("step size", ladder=COUNTS, unit="epochs"),
    ] = 5
    gamma: Gamma = 0.1


class MultiStep(Section):
    """``MultiStepLR``: multiply the rate by gamma at each milestone."""

    name: Literal["multistep"] = "multistep"
    milestones: Annotated[
        tuple[Annotated[int, Field(strict=True, ge=1, le=100_000)], ...],
        Field(
            strict=False,
            min_length=1,
            max_length=64,
            description="Epochs after which the rate decays, increasing.",
        ),
        Setting("milestones", unit="epochs"),
    ] = (5, 8)
    gamma: Gamma = 0.1

    @model_validator(mode="after")
    def _milestones_increase(self) -> Self:
        if any(a >= b for a, b in zip(self.milestones, self.milestones[1:], strict=False)):
            raise ValueError(f"milestones {list(self.milestones)} must increase")
        return self


class Exponential(Section):
    """``ExponentialLR``: multiply the rate by gamma every epoch."""

    name: Literal["exponential"] = "exponential"
    gamma: Gamma = 0.9


class Cosine(Section):
    """``CosineAnnealingLR``: half a cosine from the base rate down to eta_min over T_max epochs."""

    name: Literal["cosine"] = "cosine"
    T_max: Annotated[
        int | None,
        Field(ge=1, le=100_000, description="Epochs of the half cosine; null is the whole run."),
        Setting("T max", ladder=(None, *COUNTS), unit="epochs", null="run"),
    ] = None
    eta_min: EtaMin = 0.0


class CosineRestarts(Section):
    """``CosineAnnealingWarmRestarts``: cosine cycles of T_0, T_0·T_mult, T_0·T_mult² … epochs."""

    name: Literal["cosine-restarts"] = "cosine-restarts"
    T_0: Annotated[
        int,
        Field(ge=1, le=100_000, description="Epochs of the first cycle."),
        Setting("T 0", ladder=COUNTS, unit="epochs"),
    ] = 5
    T_mult: Annotated[
        int,
        Field(ge=1, le=10, description="Factor by which each cycle is longer than the last."),
        Setting("T mult", ladder=(1, 2, 3, 4)),
    ] = 1
    eta_min: EtaMin = 0.0


class OneCycle(Section):
    """``OneCycleLR``: up to max_lr and far down again, stepped every batch over the whole run."""

    name: Literal["one-cycle"] = "one-cycle"
    max_lr: Annotated[
        float | None,
        Field(gt=0, le=10, description="The peak learning rate; null is the optimizer's lr."),
        Setting("max lr", ladder=(None, *RATES), null="lr"),
    ] = None
    pct_start: Annotated[
        float,
        Field(gt=0, lt=1, description="Share of the run spent rising."),
        Setting("pct start", ladder=(0.1, 0.2, 0.3, 0.4, 0.5)),
    ] = 0.3
    anneal_strategy: Annotated[
        Literal["cos", "linear"], Field(description="Shape of the rise and the fall."), Setting("anneal")
    ] = "cos"
    div_factor: Annotated[
        float,
        Field(ge=1, le=1e6, description="The first rate is max_lr / div_factor."),
        Setting("div factor", ladder=(1.0, 5.0, 10.0, 25.0, 50.0, 100.0)),
    ] = 25.0
    final_div_factor: Annotated[
        float,
        Field(ge=1, le=1e9, description="The last rate is the first rate / final_div_factor."),
        Setting("final div", ladder=(1.0, 10.0, 100.0, 1e3, 1e4, 1e5)),
    ] = 1e4


class WarmupCosine(Section):
    """``LinearLR`` for warmup_epochs, then ``CosineAnnealingLR`` for the rest, as ``SequentialLR`` joins them."""

    name: Literal["warmup-cosine"] = "warmup-cosine"
    warmup_epochs: Annotated[
        int,
        Field(ge=1, le=10_000, description="Epochs of the linear rise."),
        Setting("warmup", ladder=COUNTS, unit="epochs"),
    ] = 2
    start_factor: Annotated[
        float,
        Field(gt=0, le=1, description="Share of the rate that the warm-up starts from."),
        Setting("start factor", ladder=(0.01, 0.03, 0.1, 0.3, 1.0)),
    ] = 0.1
    eta_min: EtaMin = 0.0


class Plateau(Section):
    """``ReduceLROnPlateau``: multiply the rate by factor when the monitored figure stops improving."""

    name: Literal["plateau"] = "plateau"
    monitor: Annotated[
        Literal["val_loss", "val_acc"], Field(description="The figure that must improve."), Setting("monitor")
    ] = "val_loss"
    factor: Annotated[
        float,
        Field(gt=0, lt=1, description="Factor that the rate is multiplied by."),
        Setting("factor", ladder=FACTORS[:-1]),
    ] = 0.1
    patience: Annotated[
        int,
        Field(ge=0, le=10_000, description="Epochs without improvement that are tolerated."),
        Setting("lr patience", ladder=(0, *COUNTS), unit="epochs"),
    ] = 2
    threshold: Annotated[
        float,
        Field(ge=0, lt=1, description="Relative improvement that counts."),
        Setting("threshold", ladder=(0.0, 1e-4, 1e-3, 1e-2)),
    ] = 1e-4
    cooldown: Annotated[
        int,
        Field(ge=0, le=10_000, description="Epochs to wait after a decay."),
        Setting("cooldown", ladder=(0, *COUNTS), unit="epochs"),
    ] = 0
    min_lr: Annotated[
        float,
        Field(ge=0, le=10, description="The rate never falls below this."),
        Setting("min lr", ladder=(0.0, *RATES)),
    ] = 0.0


Scheduler = Annotated[
    Constant | Step | MultiStep | Exponential | Cosine | CosineRestarts | OneCycle | WarmupCosine | Plateau,
    Field(discriminator="name", description="How the learning rate moves over the run."),
    Setting("scheduler"),
]
