"""The config of one training run, whole."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from trainer.config.data import DATASETS, Data
from trainer.config.model import LARGEST_MODEL, MLP, Layers, Model
from trainer.config.optimizer import SGD, Optimizer
from trainer.config.regularization import Regularization
from trainer.config.scheduler import Constant, Scheduler
from trainer.config.section import Section
from trainer.config.settings import COUNTS, Setting


class RunConfig(Section):
    """Everything that decides one training run."""

    name: Annotated[
        str,
        Field(min_length=1, max_length=80, description="Short name, shown in the runs table."),
        Setting("name"),
    ] = "baseline"
    description: Annotated[
        str, Field(max_length=2000, description="The question that this config asks."), Setting("description")
    ] = ""
    data: Annotated[Data, Field(description="The examples."), Setting("data")] = Data()
    model: Model = MLP()
    regularization: Annotated[
        Regularization, Field(description="What fights overfitting."), Setting("regularization")
    ] = Regularization()
    optimizer: Optimizer = SGD()
    scheduler: Scheduler = Constant()
    epochs: Annotated[
        int,
        Field(ge=1, le=100_000, description="Passes over the training examples."),
        Setting("epochs", ladder=COUNTS, unit="epochs"),
    ] = 10
    seed: Annotated[
        int,
        Field(ge=0, le=2**32 - 1, description="Decides initial weights, batch order and dropout masks."),
        Setting("seed", ladder=tuple(range(10))),
    ] = 0

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        shape = DATASETS[self.data.dataset].shape
        if self.model.kind == "cnn" and len(shape) != 3:
            raise ValueError(
                f"model.kind cnn needs images, and {self.data.dataset} has points of {shape[0]} numbers; "
                "use mlp or linear, or a dataset of images such as mnist"
            )
        if self.parameters > LARGEST_MODEL:
            raise ValueError(f"this model has {self.parameters:,} parameters; {LARGEST_MODEL:,} is the most")
        schedule = self.scheduler
        if schedule.name == "warmup-cosine" and schedule.warmup_epochs >= self.epochs:
            raise ValueError(f"scheduler.warmup_epochs {schedule.warmup_epochs} must be less than epochs {self.epochs}")
        return self

    @property
    def layers(self) -> Layers:
        """The weight matrices of the model on its dataset, such as {"layer1": (784, 256), "layer2": (256, 10)}."""
        return self.model.layers(DATASETS[self.data.dataset])

    @property
    def parameters(self) -> int:
        """Everything that is learned: weights, biases, and the gain and shift of each normalised channel."""
        normalised = sum(self.model.channels) if self.model.kind == "cnn" and self.model.batch_norm else 0
        return sum((fan_in + 1) * units for fan_in, units in self.layers.values()) + 2 * normalised
