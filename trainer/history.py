"""A run as it is known so far: the fold of its events, live or replayed, always by the same ``apply``."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isnan

from trainer.config import RunConfig
from trainer.epochs import Epochs
from trainer.events import (
    Batch,
    Checkpoint,
    Dial,
    Ended,
    Environment,
    Epoch,
    Error,
    Event,
    Insight,
    PassingEvent,
    Preparing,
    Progress,
    Started,
    Status,
    Tested,
)
from trainer.execution import FRESH, Membership, Origin
from trainer.insight import Memorisation
from trainer.stopping import judged


@dataclass(frozen=True)
class Trace:
    """What of an insight is remembered when the next one has come: figures to be seen over the epochs."""

    epoch: int
    sparsity: tuple[float, ...]
    """Of each layer."""
    memorisation: Memorisation | None


@dataclass
class RunHistory:
    """Everything known about one run; only ``apply`` changes it."""

    run: str
    config: RunConfig
    environment: Environment | None = None
    started: Started | None = None
    epochs: Epochs = field(default_factory=Epochs)
    dials: list[Dial] = field(default_factory=list)
    progress: Progress | Batch | Preparing | None = None
    checkpoint: Checkpoint | None = None
    """The newest, as far as it was told; those on disk the store lists."""
    insight: Insight | None = None
    """The newest; there is one only while somebody asks for it."""
    traces: list[Trace] = field(default_factory=list)
    """Of every insight so far, the newest included."""
    tested: dict[int, Tested] = field(default_factory=dict)
    """Epochs whose weights were tested because somebody asked."""
    ended: Ended | None = None
    error: Error | None = None
    origin: Origin = FRESH
    """With what a run begins that has not begun yet, as far as that is known; ``started`` tells it of others."""
    whole: bool = True
    """False for a header from disk, which knows of no epochs but the best and the last: never draw it as a curve."""
    damage: str = ""
    """What of its files could not be read."""
    version: int = 0
    """Grows with every event that changes a curve or the status: a cache key for drawings."""
    _best: tuple[int, int | None] = field(default=(-1, None), repr=False, compare=False)
    """For which version the best epoch was looked for, and its place."""

    def apply(self, event: Event) -> None:
        """Take one event of this run into account; events of an epoch already seen (a resume) replace it."""
        match event:
            case Progress() | Batch() | Preparing():
                self.progress = event
            case Checkpoint():
                self.checkpoint = event
            case Started():
                self.started, self.environment, self.config = event, event.environment, event.config
                self.ended = self.error = None
            case Epoch():
                if not isinstance(self.progress, Progress | Batch) or self.progress.epoch <= event.epoch:
                    self.progress = None  # what it said of this epoch, or of what came before it, is over
                while self.epochs.newest >= event.epoch:
                    self.epochs.pop()
                self.epochs.append(event)
            case Insight():
                while self.traces and self.traces[-1].epoch >= event.epoch:
                    self.traces.pop()
                sparsity = tuple(layer.sparsity for layer in event.layers)
                self.traces.append(Trace(event.epoch, sparsity, event.memorisation))
                self.insight = event
            case Tested():
                self.tested[event.epoch] = event
            case Dial():  # a resume goes once more through those since its checkpoint
                others = [d for d in self.dials if (d.step, d.path) != (event.step, event.path)]
                self.dials = [*others, event]
            case Ended():
                self.ended, self.progress = event, None
            case Error():
                self.error = event
        self.version += not isinstance(event, PassingEvent)

    @property
    def status(self) -> Status | None:
        """How the run ended; None while it trains (or was cut off and nobody noticed yet)."""
        return self.ended.status if self.ended else None

    @property
    def membership(self) -> Membership | None:
        """The sweep that it is trained for."""
        return self.started.membership if self.started is not None else self.origin.membership

    @property
    def threads(self) -> int | None:
        """CPU threads that it was trained on last; None where that is not known, or it was on no CPU."""
        place = self.environment
        return place.threads if place is not None and place.device == "cpu" else None

    @property
    def last(self) -> Epoch | None:
        """The newest finished epoch."""
        return self.epochs[-1] if self.epochs else None

    @property
    def epochs_done(self) -> int:
        """Epochs behind it, those of the runs that it was forked from included."""
        return self.epochs.newest or (self.started.start_epoch if self.started else 0)

    @property
    def best(self) -> Epoch | None:
        """The epoch that the run would choose: by early stopping's monitor, else the lowest validation loss."""
        place = self.best_place
        return None if place is None else self.epochs[place]

    @property
    def best_place(self) -> int | None:
        """Where the best epoch stands among the finished ones."""
        if self._best[0] != self.version:
            self._best = self.version, self._find_best()
        return self._best[1]

    @property
    def tested_epoch(self) -> int | None:
        """The epoch whose weights its test figures are of: the best (a fork's may be its parent's) or the last."""
        if self.ended is None or self.ended.test_acc is None:
            return None
        rule = self.config.regularization.early_stopping
        as_it_is = rule is not None and not rule.restore_best and self.ended.status != "diverged"
        return self.ended.epochs if as_it_is else self.ended.best_epoch

    def _find_best(self) -> int | None:
        rule = self.config.regularization.early_stopping
        columns = self.epochs.column("val_loss"), self.epochs.column("val_acc")
        figures = [judged(rule, loss, accuracy) for loss, accuracy in zip(*columns, strict=True)]
        return min((i for i, figure in enumerate(figures) if not isnan(figure)), key=figures.__getitem__, default=None)

    def series(self, figure: str) -> list[float]:
        """One figure over the finished epochs, such as ``series("val_acc")``.

        Raises:
            KeyError: no such figure.
        """
        return list(self.epochs.column(figure))
