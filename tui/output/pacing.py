"""How fast a terminal far away takes what is written: it is asked for its cursor's position, and answers in order.

A write to a remote terminal ends in buffers of the kernel and of ssh, which say nothing about the link. The answer
comes once everything before the question has arrived, so that one picture is on its way at a time, whatever the link.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from threading import Event

QUESTION = "\x1b[6n"
WORTH_ASKING = 200
"""Characters after which it is asked again: less than a picture's worth does not fill a link."""
PATIENCE = 10.0
"""Seconds after which an answer is lost; a terminal that never gave one is not asked again."""


class Pacing:
    """Counts what is written, says when to ask, and whether the answer is still to come."""

    def __init__(self, *, asks: bool, clock: Callable[[], float] = time.monotonic) -> None:
        """``asks``: whether the terminal is far away; one at hand is never asked."""
        self._asks = asks
        self._clock = clock
        self._written = 0
        self._asked: float | None = None
        self._has_answered = False
        self._quiet = Event()
        """Set while no answer is awaited."""
        self._quiet.set()

    def question(self, written: int) -> str:
        """What to write behind so many characters: the question, or nothing."""
        self._written += written
        if self._asks and self._asked is not None and self._overdue(self._asked):
            self._asks, self._asked = self._has_answered, None
            self._quiet.set()
        if not self._asks or self._asked is not None or self._written < WORTH_ASKING:
            return ""
        self._written, self._asked = 0, self._clock()
        self._quiet.clear()
        return QUESTION

    def answered(self) -> None:
        """The answer has come; from any thread."""
        self._asked, self._has_answered = None, True
        self._quiet.set()

    @property
    def waits(self) -> bool:
        """Whether what was written last is still on its way; never for a terminal that has not answered yet."""
        asked = self._asked
        return self._has_answered and asked is not None and not self._overdue(asked)

    def settle(self, seconds: float) -> None:
        """Let an answer come before somebody else reads the keyboard, to whom it would look like keys."""
        if self._has_answered:
            self._quiet.wait(seconds)

    def _overdue(self, asked: float) -> bool:
        return self._clock() - asked > PATIENCE


def is_far(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is at the other end of an ssh connection, with nothing between that answers in its place."""
    between = environment.get("TMUX") or environment.get("STY") or environment.get("TERM", "").startswith("screen")
    return bool(environment.get("SSH_CONNECTION")) and not between
