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

SHARE = 0.015
"""Of the time since the first one, at most, the last one included: those between get what these two leave of it."""


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
        self._last: str | None = None
        self._began = 0.0
        self._spent = 0.0
        """Seconds, on all insights into the last run, of which the first began then."""
        self._cost = 0.0
        """Seconds, of the newest."""

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
        if seen.run != self._last:
            self._last, self._began, self._spent = seen.run, time.monotonic(), 0.0
        elif not self._affordable and epoch < stack.configs[seen.fit.member].epochs:
            return None
        found = compose(stack.network, stack.data, seen.fit, seen.validation, seen.run, epoch)
        self._spent += found.seconds
        self._cost = found.seconds
        return found

    @property
    def _affordable(self) -> bool:
        """Whether this one and the last one keep to the share, if they cost what the newest did."""
        return self._spent + 2 * self._cost <= SHARE * (time.monotonic() - self._began)
