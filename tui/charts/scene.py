"""What a page of charts is asked to show: the runs, and how the user wants to see them. Pure data."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from trainer.events import Epoch, Insight
from trainer.history import RunHistory
from tui.charts.pool import Pool
from tui.charts.scale import Limits

Axis = Literal["epoch", "step", "seconds"]
AXES: tuple[Axis, ...] = ("epoch", "step", "seconds")
SMOOTHINGS = (0.0, 0.6, 0.9)


@dataclass(frozen=True)
class Stop:
    """Where another early stopping would have stopped a run."""

    stopped: int | None
    """The epoch after which it would have stopped; None: it would not have."""
    chosen: int | None
    """The epoch whose weights it would have given."""


@dataclass(frozen=True)
class Root:
    """Where a fork branches off its trunk."""

    epoch: Epoch
    """Of the parent: the one that it starts from."""
    steps: int
    """Taken along the trunk until then, each with the batch size of its time."""
    seconds: float
    """Spent along the trunk until then."""


@dataclass(frozen=True)
class ShownRun:
    """A run whose curves are drawn."""

    history: RunHistory
    label: str
    colour: int
    """Place in the palette."""
    root: Root | None = None
    """Of a fork, as far as its trunk is known."""
    stop: Stop | None = None
    """To be marked in place of its best epoch."""


@dataclass(frozen=True)
class View:
    """How the user wants to see the runs."""

    page: int = 1
    log: bool = False
    smoothing: float = 0.0
    axis: Axis = "epoch"
    window: Limits | None = None
    """The part of the x axis that is looked at; None is all of it."""
    swept: int = 0
    """Which of several swept settings is looked at."""


@dataclass(frozen=True)
class Scene:
    """Everything that a page may draw."""

    shown: tuple[ShownRun, ...] = ()
    view: View = field(default_factory=View)
    crowd: tuple[RunHistory, ...] = ()
    """Further shown runs, too many for a colour of their own."""
    pool: Pool | None = None
    """Runs that tell what a setting does."""
    cursor: int | None = None
    """The epoch under the cursor."""
    planned: int = 2
    """Epochs of the config under edit: the empty charts are as long."""
    invitation: tuple[str, ...] = ()
    """What to say in the middle of the empty charts."""
    swept: int = 0
    """Settings that the config under edit sweeps: what it invites to fills the pages of sweeps."""
    chosen: ShownRun | None = None
    """The run that the table's cursor is on."""
    absence: tuple[str, ...] = ()
    """Why there is no insight into the chosen run, and what to do."""

    @property
    def alone(self) -> Scene:
        """The chosen run and nothing else, as the pages that look into one network show it."""
        shown = (self.chosen,) if self.chosen else ()
        return replace(self, shown=shown, crowd=(), pool=None, cursor=None, invitation=())

    @property
    def insight(self) -> Insight | None:
        """Of the first shown run."""
        return self.shown[0].history.insight if self.shown else None
