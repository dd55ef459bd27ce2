"""Keys one after the other: each finds the screen that the one before it made, however fast they come."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from textual.app import App
from textual.events import Event, Key, Paste
from textual.message import Message
from textual.message_pump import MessagePump

LONGEST = 0.5
"""Seconds after which the next key is handed on anyway: who had the last one is gone."""


class Passed(Message):
    """Goes the way of a key, right behind it: when the app has it, the key is taken."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class InTurn:
    """Hands keys on in turn.

    Textual hands them on at once: of those that come together, typed ahead of a slow link, the second goes to whom the
    first takes the keys from. Of enter and 0.5, the point trained an epoch and the 5 turned to page 5.
    """

    def __init__(self, app: App[None], hand_on: Callable[[Event], Awaitable[None]]) -> None:
        """``hand_on`` gives a key to who has the keys now."""
        self._app = app
        self._hand_on = hand_on
        self._waiting: deque[Event] = deque()
        self._number = 0
        self._clock: asyncio.TimerHandle | None = None
        """Runs while a key is under way."""
        self._heard = True
        """Whether what the last key made a widget say has been heard, too."""
        self._screen: MessagePump | None = None
        """On which the last key was typed."""

    async def take(self, event: Key | Paste) -> None:
        """Hand it on, when those before it have been taken."""
        self._waiting.append(event)
        if self._clock is None:
            await self._next()

    async def passed(self, message: Passed) -> None:
        """One has been taken."""
        if message.number != self._number or self._clock is None:
            return
        self._clock.cancel()
        self._clock = None
        if self._waiting and not self._heard:
            self._heard = True
            self._follow(self._target)
        else:
            await self._next()

    async def _next(self) -> None:
        if not self._waiting or not self._app.screen_stack:
            return
        if self._screen is not self._app.screen:
            self._screen = self._app.screen  # it has no focus before it is composed
            self._follow(self._screen)
            return
        target, self._heard = self._target, False
        await self._hand_on(self._waiting.popleft())
        self._follow(target)

    @property
    def _target(self) -> MessagePump:
        return self._app.focused or self._app.screen

    def _follow(self, target: MessagePump) -> None:
        self._number += 1
        message = Passed(self._number)
        self._clock = asyncio.get_running_loop().call_later(LONGEST, self._app.post_message, message)
        target.post_message(message)
