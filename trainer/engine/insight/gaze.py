"""Looking into the run that somebody asks for: after each epoch, unless that would cost more than its share.

What the evaluation of an epoch computes anyway is kept while somebody looks: an insight needs no pass of its own.
An epoch of a toy set takes less than an insight: then some epochs are left out, but never the last one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from trainer.dials import Controls
from trainer.engine.insight.compose import compose
from trainer.engine.insight.observation import Observation
from trainer.engine.stack import Stack
from trainer.events import Insight

SHARE = 0.01
"""Of the time that passes, at most; with the first and the last one, which do not wait, about 2 % of a short run."""


@dataclass(frozen=True)
class _Seen:
    """What one judging of a stack left behind."""

    run: str
    fit: Observation
    validation: Observation


class Gaze:
    """Sees one member of a stack while it is judged."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self._seen: _Seen | None = None
        self._due = 0.0
        self._last: str | None = None

    def open(self, stack: Stack) -> tuple[Observation, Observation] | None:
        """Who is to witness the judging on fit and validation examples; None when nobody asks for a member of it."""
        runs, asked = [member.run for member in stack.members], self._controls.looked_into
        self._seen = None
        if asked not in runs:
            return None
        k = runs.index(asked)
        self._seen = _Seen(asked, Observation(k), Observation(k))
        return self._seen.fit, self._seen.validation

    def look(self, stack: Stack, epoch: int) -> Insight | None:
        """The insight after an epoch (1-based), if it is time, or if the member's last one is over."""
        seen, self._seen = self._seen, None
        if seen is None:
            return None
        early = seen.run == self._last and time.monotonic() < self._due
        if early and epoch < stack.configs[seen.fit.member].epochs:
            return None
        found = compose(stack.network, stack.data, seen.fit, seen.validation, seen.run, epoch)
        self._last, self._due = seen.run, time.monotonic() + found.seconds / SHARE
        return found
