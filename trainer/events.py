"""What training yields: typed, frozen events, one JSON object a line in a run's ``events.jsonl``.

NaN and infinities are JSON strings (``"NaN"``, ``"Infinity"``), so that every line is strict JSON. This module never
imports torch: the app replays thousands of runs before the first training starts.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from trainer.config import RunConfig
from trainer.config.settings import Scalar
from trainer.execution import Membership, Precision
from trainer.insight import LayerInsight, Memorisation, Plane, Predictions, UnitPictures

Status = Literal["completed", "stopped", "diverged", "failed", "interrupted", "early-stopped"]


LATEST = 253_402_300_799.0
"""The last second of the year 9999: later ones no calendar takes."""
EpochNumber = Annotated[int, Field(ge=1, le=1_000_000)]
StepNumber = Annotated[int, Field(ge=0, le=1 << 53)]
# Bounds are for files of strangers: a chart must never be asked to draw 10^18 epochs.


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings", defer_build=True)

    run: str
    """Run id."""
    time: Annotated[float, Field(ge=0, le=LATEST)]
    """Wall clock, seconds since 1970."""


class Environment(BaseModel):
    """Where a run was trained: what may change its last bits."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    regtui: str
    python: str
    torch: str
    platform: str
    device: str
    """As torch spells it: ``cpu``, ``cuda:0``, ``mps``."""
    device_name: str
    threads: int
    """CPU threads of torch; 1 and 2 threads differ in the last bit."""
    precision: Precision = "float32"
    """What products of matrices may have been computed in."""


class Started(_Event):
    """Training begins; everything that is needed to repeat it."""

    event: Literal["started"] = "started"
    config: RunConfig
    environment: Environment
    parameters: int
    """Parameter count of the model."""
    steps_per_epoch: int
    layers: Annotated[tuple[str, ...], Field(max_length=64)]
    """Names of the weight matrices, input side first: the order of ``Epoch.weight_norm``."""
    train_examples: int
    validation_examples: int
    test_examples: int
    beside: Annotated[tuple[str, ...], Field(max_length=4096)] = ()
    """All runs that train side by side, this one included, in their order: on it depend the last bits."""
    start_epoch: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Epochs that were done before: of this run (it is resumed), or of the one that it is forked from."""
    parent: str | None = None
    """The run that this one is forked from."""
    parent_epoch: EpochNumber | None = None
    """The epoch of the parent whose end this run starts from."""
    membership: Membership | None = None
    """The sweep that it is trained for."""


class Preparing(_Event):
    """Data is read or downloaded, or another run replayed, before a run starts; may be coalesced, never stored."""

    event: Literal["preparing"] = "preparing"
    text: str
    """What is happening, such as ``downloading fashion-mnist``."""
    done: int = 0
    """So far; 0 when nothing is counted."""
    total: int = 0
    """In all; 0 when unknown."""
    unit: Literal["bytes", "steps"] = "bytes"
    """What is counted."""


class Progress(_Event):
    """How far the epoch in flight is; may be coalesced, never stored. Of a stacked group: one for its first member."""

    event: Literal["progress"] = "progress"
    epoch: int
    """1-based epoch in flight."""
    step: int
    """Steps done in this epoch."""
    steps: int
    """Steps that this epoch has."""
    examples_per_second: float
    """Training examples per second, summed over all members."""
    seconds_left: float
    """Estimate for all epochs that remain, evaluation included; NaN before it is known."""
    members: int
    """Runs that train beside each other in this group."""


class Batch(_Event):
    """One batch that was asked for by itself; never stored. One for each run that trains."""

    event: Literal["batch"] = "batch"
    epoch: EpochNumber
    """In flight."""
    step: StepNumber
    """Steps done in this epoch."""
    steps: StepNumber
    """Steps that this epoch has."""
    loss: float
    """Of the batch, in training mode, with the targets trained on."""
    acc: float
    grad_norm: float
    """L2 norm of the data loss's gradient over all parameters."""
    update_ratio: float
    """‖Δw‖/‖w‖ over all weights: how far the step moved them; about 1e-3 is common."""
    lr: float


class Checkpoint(_Event):
    """The state of all runs of a group was written, or could not be; never stored. One for its first member."""

    event: Literal["checkpoint"] = "checkpoint"
    epoch: EpochNumber
    """The finished epoch that the checkpoints hold."""
    members: int
    bytes: int
    """Of all files together."""
    seconds: float
    problem: str = ""
    """Why nothing was written, in one sentence; told once, until writing works again."""


class Tested(_Event):
    """What the weights of an epoch do on the test set; never stored, and only where somebody asks for it."""

    event: Literal["tested"] = "tested"
    epoch: EpochNumber
    test_loss: float
    test_acc: float


class Epoch(_Event):
    """The figures of one finished epoch. Losses are data losses (cross-entropy in nats, without penalty)."""

    event: Literal["epoch"] = "epoch"
    epoch: EpochNumber
    """1-based."""
    step: StepNumber
    """Steps taken since the run began."""
    train_loss: float
    """Running mean over the epoch, in training mode, with the (smoothed, noisy) targets trained on."""
    train_acc: float
    fit_loss: float
    """In eval mode on clean labels of the training examples, or of a fixed 10,000 of them."""
    fit_acc: float
    val_loss: float
    val_acc: float
    l1_penalty: float
    """λ₁·Σ|w| at the end of the epoch."""
    l2_penalty: float
    """λ₂/2·Σw² at the end of the epoch."""
    lr: float
    """Learning rate of the epoch's last step."""
    weight_norm: Annotated[tuple[float, ...], Field(max_length=64)]
    """L2 norm of each layer's weights."""
    grad_norm: float
    """L2 norm of the data loss's gradient over all parameters, at the epoch's last step."""
    sparsity: float
    """Share of weights that are exactly zero."""
    near_zero: float
    """Share of weights with |w| < 1e-3."""
    seconds: float
    """Training only."""
    eval_seconds: float

    @property
    def gap(self) -> float:
        """Train accuracy − validation accuracy, both in eval mode on clean labels."""
        return self.fit_acc - self.val_acc


class Insight(_Event):
    """The network at the end of an epoch, seen from inside; only while somebody asks for it, and never stored."""

    event: Literal["insight"] = "insight"
    epoch: EpochNumber
    seconds: float
    """What it cost."""
    layers: Annotated[tuple[LayerInsight, ...], Field(max_length=64)]
    """Weight matrices, input side first."""
    units: UnitPictures
    predictions: Predictions | None
    """None when the network's answers are not finite."""
    memorisation: Memorisation | None
    """None without label noise, too."""
    plane: Plane | None
    """None where the examples are no points of the plane, too."""


class Dial(_Event):
    """A setting was changed while the run trained."""

    event: Literal["dial"] = "dial"
    path: str
    """Dotted path, such as ``regularization.dropout``."""
    value: Scalar
    previous: Scalar
    epoch: EpochNumber
    step: StepNumber
    """First step (0-based, since the run began) that used the new value."""


class Ended(_Event):
    """Training is over; the last event of a run."""

    event: Literal["ended"] = "ended"
    status: Status
    epochs: int
    """Epochs finished."""
    best_epoch: int | None
    """Epoch with the best ``val_loss`` (or what early stopping monitors); None if no epoch finished."""
    test_loss: float | None
    """On the test set with the weights of the best epoch; None when validation is "test" or no epoch finished."""
    test_acc: float | None
    message: str = ""
    """Why, in one sentence, when the status is not ``completed``."""


class Error(_Event):
    """Something went wrong inside training; ``Ended`` with status ``failed`` or ``diverged`` follows."""

    event: Literal["error"] = "error"
    message: str
    """One sentence that says what happened and what to try."""
    details: str = ""
    """Traceback or other detail for the log."""


PassingEvent = Preparing | Progress | Batch | Checkpoint | Insight | Tested
"""What happens on the way; never stored, and ``--json`` leaves it out."""
StoredEvent = Started | Epoch | Dial | Ended | Error
"""What ``events.jsonl`` holds and ``--json`` prints."""
Event = StoredEvent | PassingEvent


@cache
def _adapter() -> TypeAdapter[Event]:
    """Made when the first event is read: the app has its first paint before."""
    return TypeAdapter(Annotated[Event, Field(discriminator="event")])


def parse_event(line: str | bytes) -> Event:
    """Read one line of ``events.jsonl``.

    Raises:
        pydantic.ValidationError: the line is torn, foreign, or not an event.
    """
    return _adapter().validate_json(line)


def event_line(event: Event) -> str:
    """The event as one line of strict JSON, newline included."""
    return event.model_dump_json() + "\n"


def event_schema() -> Mapping[str, object]:
    """JSON Schema of a line of ``events.jsonl``."""
    return _adapter().json_schema()
