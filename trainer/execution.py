"""What is to be trained, from where, and how: the input of the engine, free of torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from trainer.config import RunConfig
from trainer.config.settings import Scalar


@dataclass(frozen=True)
class Change:
    """A setting that gets a new value at a step: what a dial did, as a script that can be replayed."""

    step: int
    """First step (0-based, since the run began) that uses the value."""
    path: str
    value: Scalar


SettingPath = Annotated[str, Field(max_length=100)]


@dataclass(frozen=True)
class Membership:
    """Which sweep a run is trained for: what its record says of it, for who opens it later."""

    sweep: Annotated[str, Field(max_length=64)]
    """The same for all of its members, and for no other sweep."""
    paths: Annotated[tuple[SettingPath, ...], Field(max_length=64)] = ()
    """The settings that differ between its members, seed aside."""
    without: Annotated[tuple[SettingPath, ...], Field(max_length=64)] | None = None
    """Of an ablation: the regularizers that this rung of the ladder goes without; None for any other sweep."""
    preset: Annotated[str, Field(max_length=80)] = ""
    """The preset that was swept, also where its runs are called by what is changed; "" in records of old."""
    place: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Where it stands in its sweep: run ids of one second have no order of their own."""


@dataclass(frozen=True)
class Origin:
    """What a run begins with besides its config; kept in ``origin.json`` where it is not all empty."""

    parent: str | None = None
    """The run that it is forked from."""
    epoch: int | None = None
    """The epoch of the parent whose end it starts from."""
    script: tuple[Change, ...] = ()
    """Changes to make while it trains: those of the run that it repeats."""
    membership: Membership | None = None
    """The sweep that it is trained for."""


FRESH = Origin()
"""Nothing besides the config."""


@dataclass(frozen=True)
class Start:
    """The checkpoint that training goes on from, and what of it decides which members can be stacked."""

    checkpoint: Path
    epoch: int
    """Epochs done."""
    updates: int
    """Steps that the optimizer's state has seen."""
    replay: Replay | None = None
    """How the checkpoint is made, where it was not kept."""


@dataclass(frozen=True)
class Member:
    """One run of a stacked group."""

    run: str
    config: RunConfig
    folder: Path | None = None
    """Where the run is kept, checkpoints included; None keeps none."""
    start: Start | None = None
    """None begins with fresh weights."""
    origin: Origin = FRESH
    beside: tuple[str, ...] = ()
    """Who trained side by side before it was cut off: they go on as one stack, for the sake of the last bits."""
    threads: int | None = None
    """CPU threads that it was trained on before, for their sake too; None is new."""


@dataclass(frozen=True)
class Replay:
    """A stretch of a run that is trained once more, for a checkpoint that was not kept."""

    run: str
    members: tuple[Member, ...]
    """The run and those that trained side by side with it, from the nearest checkpoint before or from the beginning."""
    train_loss: float
    """Of the epoch whose end is wanted, as the record has it: what the replay has to come to."""
    val_loss: float


@dataclass(frozen=True)
class Keeping:
    """Which checkpoints of a run stay on disk: the last two, the best, those it started from, and every n-th."""

    mib: int = 64
    """What the every n-th ones of one run may use; n doubles until they fit."""


Precision = Literal["float32", "tf32", "bf16"]
"""TF32 keeps 10 bits of the fraction, bfloat16 7, float32 23.

``tf32`` lets the device round what it multiplies, where it can, also where it judges; ``bf16`` is torch's autocast:
factors and products of bfloat16 in training, while weights, penalties, updates and all that is judged stay float32.
"""


@dataclass(frozen=True)
class Execution:
    """Where and how members are trained: what changes speed and last bits, but never the experiment."""

    device: str = "auto"
    """``auto`` (cuda, then mps, then cpu), ``cpu``, ``cuda``, ``cuda:N`` or ``mps``."""
    threads: int | None = None
    """CPU threads of torch; None takes the measured default."""
    data_folder: Path | None = None
    """Where datasets are looked for first and downloaded to; None is the default search."""
    keeping: Keeping = Keeping()
    precision: Precision = "float32"
    """Of the products in training."""
    spread: bool = False
    """Whether a sweep may be spread over several processes of one thread each, on a CPU."""


@dataclass(frozen=True)
class Order:
    """All that a process of its own needs to know in order to train, or to look into or test a run."""

    members: tuple[Member, ...]
    execution: Execution
    asks: Literal["train", "look", "test"] = "train"
    """Whether the one member is not trained, but looked into, or tested, as its checkpoint holds it."""
