"""How far the job that trains is: one bar for all its runs, whether they train side by side or in turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from math import isfinite

from trainer.events import Batch, Progress
from tui.run_entry import RunEntry


class JobProgress:
    """Counts the epochs of all runs of a job, and the time that it has trained."""

    def __init__(self, entries: Sequence[RunEntry], clock: Callable[[], float] = time.monotonic) -> None:
        """It begins now."""
        self.entries = tuple(entries)
        self._clock = clock
        self._seen = clock()
        self._trained = 0.0

    def tick(self, *, paused: bool) -> None:
        """Some time has passed; it counts unless the job was paused."""
        now = self._clock()
        self._trained += 0.0 if paused else now - self._seen
        self._seen = now

    @property
    def in_flight(self) -> tuple[Progress, ...]:
        """What was said last of the epochs in flight: one for each group that trains side by side."""
        said = (entry.history.progress for entry in self.entries)
        return tuple(p for p in said if isinstance(p, Progress))

    @property
    def examples_per_second(self) -> float:
        """Of all that train."""
        return sum(progress.examples_per_second for progress in self.in_flight)

    @property
    def batch(self) -> Batch | None:
        """The batch that was trained by itself last, as long as nothing else was said."""
        said = (entry.history.progress for entry in self.entries)
        return next((p for p in said if isinstance(p, Batch)), None)

    @property
    def planned(self) -> int:
        """Epochs of all runs, as far as is known: one that has ended early is done."""
        return sum(e.history.epochs_done if e.history.ended else e.config.epochs for e in self.entries)

    @property
    def done(self) -> float:
        """Epochs of all runs that are behind us, the share of those in flight included."""
        finished = sum(e.history.epochs_done for e in self.entries)
        return finished + sum(progress.members * progress.step / progress.steps for progress in self.in_flight)

    @property
    def seconds_left(self) -> float | None:
        """For the whole job; None before it can be known."""
        done, now = self.done, self.in_flight
        if now and now[0].members == len(self.entries):
            return now[0].seconds_left if isfinite(now[0].seconds_left) else None
        if len(self.entries) == 1 or done <= 0 or self._trained < 1:
            return None
        return self._trained * (self.planned - done) / done
