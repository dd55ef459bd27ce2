"""One epoch or one batch of everything that trains, and then a halt: what ``.`` and ``>`` ask for. Free of torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from trainer.events import Batch, Epoch, Event

What = Literal["epoch", "batch"]


class Step:
    """Who has had it waits for the others; a batch is told of by a ``Batch`` event of each run."""

    def __init__(self, what: What) -> None:
        """Nobody has had it."""
        self.what = what
        self.over = False
        """Whether all have had it: nothing is trained until more is asked for."""
        self._had: set[object] = set()

    def note(self, who: object, event: Event, training: Sequence[str]) -> None:
        """An event of what somebody trains: these runs side by side, in the order in which they tell of an epoch."""
        if isinstance(event, Epoch if self.what == "epoch" else Batch) and event.run == training[-1]:
            self._had.add(who)

    def had(self, who: object) -> bool:
        """Whether they have done what was asked for, and wait."""
        return who in self._had
