"""What other threads tell the app: figures wait for its timer, all else wakes it. Nothing overtakes anything."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from time import monotonic

from textual.message import Message

from tui.jobs import TrainingEvent

LONGEST = 0.02
"""Seconds that the app takes in what it was told before keys have a turn: a toy set has hundreds of epochs a second."""


class News(Message, bubble=False):
    """Something waits in the inbox that the timer is too late for."""


class Inbox:
    """A queue between threads, which costs the app nothing until it looks."""

    def __init__(self, wake: Callable[[], object]) -> None:
        """``wake``, from any thread, has the app ``take``."""
        self._messages: deque[Message] = deque()
        self._wake = wake

    def put(self, message: Message) -> None:
        """Tell the app something; from any thread."""
        self._messages.append(message)
        if not isinstance(message, TrainingEvent):
            self._wake()

    def take(self) -> Iterator[Message]:
        """What was told, in that order; of very much, only a part, and the app is woken for the rest."""
        end = monotonic() + LONGEST
        while self._messages:
            yield self._messages.popleft()
            if self._messages and monotonic() > end:
                self._wake()
                return
