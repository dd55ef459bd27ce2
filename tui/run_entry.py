"""One run on screen: a row of the table, a curve, and what the user says about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from trainer.config import RunConfig
from trainer.execution import Membership, Origin
from trainer.history import RunHistory
from trainer.store.notes import NO_NOTES, Notes
from trainer.store.owner import Owner
from tui.charts.pool import Seen, seen

State = Literal["queued", "training", "elsewhere", "over"]
"""queued here, training here, training in another process, or not training any more."""


@dataclass(eq=False)
class RunEntry:
    """One row of the table."""

    key: int
    """Handle that stays the same, also before the run has an id."""
    history: RunHistory
    state: State
    shown: bool
    colour: int | None
    """Place in the palette, given when first shown and kept from then on."""
    notes: Notes = NO_NOTES
    """What the user says about it."""
    owner: Owner | None = None
    """The other process that trains it."""

    _seen: tuple[tuple[RunHistory, int, bool], Seen] | None = None

    def seen(self, *, as_stopped: bool = False) -> Seen:
        """What is known of it now, without its curve; made once for each state that it is in."""
        state = self.history, self.history.version, as_stopped
        if self._seen is None or not _same(self._seen[0], state):
            self._seen = state, seen(self.history, as_stopped=as_stopped)
        return self._seen[1]

    def forget_curve(self) -> None:
        """Keep nothing of what the record has."""
        known = self.history
        self.history, self._seen = RunHistory(known.run, known.config, origin=known.origin, whole=False), None

    @property
    def run(self) -> str:
        """Run id; empty while queued."""
        return self.history.run

    @property
    def config(self) -> RunConfig:
        """What it trains."""
        return self.history.config

    @property
    def origin(self) -> Origin:
        """With what it begins, as far as it has not begun yet."""
        return self.history.origin

    @property
    def membership(self) -> Membership | None:
        """The sweep that it is trained for."""
        return self.history.membership

    @property
    def parent(self) -> tuple[str, int] | None:
        """The run and the epoch that it is forked from."""
        started = self.history.started
        run, epoch = (started.parent, started.parent_epoch) if started else (self.origin.parent, self.origin.epoch)
        return (run, epoch) if run is not None and epoch is not None else None

    @property
    def name(self) -> str:
        """What the user calls it, else the config's name."""
        return self.notes.name or self.history.config.name

    @property
    def own(self) -> str:
        """Of a member of a sweep what its config sets there, seed aside; else its name."""
        told = settings_told(self.name)
        return " ".join(word for word in told if word != f"seed-{self.config.seed}") or self.name

    @property
    def label(self) -> str:
        """What the legend says: what is its own, and its seed; the user's own name as it is."""
        return f"{self.own} s{self.config.seed}" if self.config.seed and not self.notes.name else self.own


def _same(before: tuple[RunHistory, int, bool], state: tuple[RunHistory, int, bool]) -> bool:
    return before[0] is state[0] and before[1:] == state[1:]


@lru_cache(maxsize=8192)
def settings_told(name: str) -> list[str]:
    """What the name of a member says of its settings: ["dropout-0.2", "seed-1"]; nothing of any other name."""
    _, *told = name.split(" ")
    return told if any("-" in word for word in told) else []
