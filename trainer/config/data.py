"""The data section of a config."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from trainer.config.section import Section
from trainer.config.settings import Setting

Dataset = Literal[
    "mnist",
    "fashion-mnist",
    "kmnist",
    "emnist-letters",
    "cifar10",
    "digits",
    "moons",
    "circles",
    "spirals",
    "xor",
    "gaussians",
]


FIT_EXAMPLES = 10_000
"""Training examples that the fit figures are measured on, at most."""


@dataclass(frozen=True)
class DatasetFacts:
    """What is known of a dataset before it is loaded."""

    train: int
    """Training examples, before anything is held out for validation."""
    test: int
    """Test examples."""
    shape: tuple[int, ...]
    """Of one example: (channels, height, width), or (2,) for points in the plane."""
    classes: int

    @property
    def features(self) -> int:
        """Numbers in one example."""
        return prod(self.shape)


_POINTS = DatasetFacts(train=20_000, test=10_000, shape=(2,), classes=2)
DATASETS: dict[str, DatasetFacts] = {
    "mnist": DatasetFacts(60_000, 10_000, (1, 28, 28), 10),
    "fashion-mnist": DatasetFacts(60_000, 10_000, (1, 28, 28), 10),
    "kmnist": DatasetFacts(60_000, 10_000, (1, 28, 28), 10),
    "emnist-letters": DatasetFacts(124_800, 20_800, (1, 28, 28), 26),
    "cifar10": DatasetFacts(50_000, 10_000, (3, 32, 32), 10),
    "digits": DatasetFacts(1_437, 360, (1, 28, 28), 10),  # the first of MNIST: seconds, for tests and first tries
    "moons": _POINTS,
    "circles": _POINTS,
    "spirals": _POINTS,
    "xor": _POINTS,
    "gaussians": DatasetFacts(train=20_000, test=10_000, shape=(2,), classes=4),
}
TOY_DATASETS = frozenset({"moons", "circles", "spirals", "xor", "gaussians"})


class Data(Section):
    """What is learned from, what is held out, and in which portions it is seen."""

    dataset: Annotated[Dataset, Field(description="Where the examples come from."), Setting("dataset")] = "mnist"
    train_size: Annotated[
        int | None,
        Field(ge=1, le=1_000_000, description="Training examples used; null is all that validation leaves."),
        Setting(
            "train size",
            ladder=(100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, None),
            unit="examples",
            effect="Fewer examples overfit sooner: the gap grows.",
            null="all",
        ),
    ] = None
    validation: Annotated[
        Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | Literal["test"],
        Field(description='Training examples held out to choose by, or "test" to judge on the test set.'),
        Setting(
            "validation",
            ladder=(200, 360, 500, 1000, 2000, 5000, 10_000, 20_000, "test"),
            unit="examples",
            effect="More examples make the validation figures less noisy.",
        ),
    ] = 10_000
    label_noise: Annotated[
        float,
        Field(ge=0, le=1, description="Share of training labels replaced by a different class at random."),
        Setting(
            "label noise",
            ladder=(0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0),
            effect="More noise rewards regularization: what is memorised is wrong.",
        ),
    ] = 0.0
    noise: Annotated[
        float,
        Field(ge=0, le=2, description="Deviation of the noise on a toy set's points; images ignore it."),
        Setting(
            "toy noise",
            ladder=(0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5),
            effect="More noise makes the classes overlap.",
        ),
    ] = 0.1
    batch_size: Annotated[
        int,
        Field(
            ge=1,
            le=65_536,
            description="Examples per step; a last smaller batch is kept, as DataLoader does.",
        ),
        Setting(
            "batch size",
            ladder=(8, 16, 32, 64, 128, 256, 512, 1024),
            unit="examples",
            effect="Smaller batches take more, noisier steps per epoch.",
        ),
    ] = 64
    normalize: Annotated[
        Literal["half", "standard"],
        Field(description="half is (x−0.5)/0.5; standard uses the training set's mean and deviation."),
        Setting("normalize"),
    ] = "half"
    split_seed: Annotated[
        int,
        Field(
            ge=0,
            le=2**32 - 1,
            description="Seed of the validation split, the subset, label noise and toy points.",
        ),
        Setting("split seed", ladder=tuple(range(10))),
    ] = 0

    @model_validator(mode="after")
    def _enough_examples(self) -> Self:
        available = DATASETS[self.dataset].train
        if self.validation != "test":
            if self.validation >= available:
                raise ValueError(
                    f"validation {self.validation} leaves nothing to train on: "
                    f"{self.dataset} has {available} training examples"
                )
            available -= self.validation
        if self.train_size is not None and self.train_size > available:
            raise ValueError(
                f"train_size {self.train_size} is more than the {available} training examples "
                f"of {self.dataset} that validation {self.validation} leaves"
            )
        return self
