"""Textual's driver for Unix terminals, writing no more than it must."""

from __future__ import annotations

import asyncio
import os
import select
import time
from typing import Any

from textual.app import App, ScreenStackError
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import CursorPosition
from textual.message import Message
from textual.widgets import Input

from tui.output.keyboard import Keyboard
from tui.output.pacing import Pacing, is_far
from tui.output.screen import TerminalScreen
from tui.output.terminfo import terminfo

LONGEST_HOLD = 0.15
"""Seconds that what is drawn may be kept back. A picture takes about 30 ms, thrice that where both cores train."""
SETTLES = 0.5
"""Seconds after a resize in which nothing is kept back: others may follow, each with more than one drawing."""
LONGEST_GOODBYE = 0.3
"""Seconds that a last answer of the terminal may take before the keyboard is given back."""


class LeanDriver(LinuxDriver):
    """What Textual writes goes through the picture of what the terminal shows already."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._shown = TerminalScreen(terminfo(os.environ.get("TERM", "")))
        self._pacing = Pacing(asks=is_far(os.environ))
        self._leaving = False
        self._let_go: asyncio.TimerHandle | None = None
        """What ends keeping back what is drawn."""
        self._resized_at = 0.0

    def write(self, data: str) -> None:
        """Write what is not on screen already."""
        self._send(self._shown.update(data))

    def hold(self) -> None:
        """Keep back what is drawn until ``release``, or for ``LONGEST_HOLD``; longer while the terminal is behind."""
        if self._let_go is None and time.monotonic() - self._resized_at > SETTLES:
            self._shown.hold()
            self._let_go = asyncio.get_running_loop().call_later(LONGEST_HOLD, self._hold_over)

    def release(self) -> None:
        """Write what was kept back."""
        if self._let_go is not None:
            self._let_go.cancel()
            self._let_go = None
            self._send(self._shown.release())

    def _hold_over(self) -> None:
        if self.is_behind:  # more of what is replaced soon would only be in the way
            self._let_go = asyncio.get_running_loop().call_later(LONGEST_HOLD, self._hold_over)
        else:
            self.release()

    def _send(self, lean: str) -> None:
        if lean:
            super().write(lean if self._leaving else lean + self._pacing.question(len(lean)))

    def process_message(self, message: Message) -> None:
        """As every driver; what comes from the terminal, in a thread of its own."""
        if isinstance(message, CursorPosition):
            self._pacing.answered()
        super().process_message(message)

    def run_input_thread(self) -> None:
        """Read keys as ``Keyboard`` does; Textual has no other place to say so."""
        Keyboard.types_text = staticmethod(self._types_text)
        linux_driver.XTermParser = Keyboard  # type: ignore[attr-defined]
        super().run_input_thread()

    def _types_text(self) -> bool:
        try:
            return isinstance(self._app.focused, Input)
        except ScreenStackError:  # it has only begun, or ends
            return False

    def disable_input(self) -> None:
        """Read no keys any more."""
        self.release()
        self._leaving = True
        self._pacing.settle(LONGEST_GOODBYE)
        super().disable_input()

    def start_application_mode(self) -> None:
        """Take the terminal, also again after ctrl+z."""
        self._leaving = False
        super().start_application_mode()  # type: ignore[no-untyped-call]

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has not taken what was written: a slow link, or one that is cut."""
        try:
            full = self._file is not None and not select.select([], [self._file], [], 0)[1]
        except (OSError, ValueError):
            return False
        return full or self._pacing.waits

    def forget_screen(self, width: int) -> None:
        """Take nothing for granted: the next drawing is written in full, to a terminal of so many columns."""
        self._shown.forget(width)
        self._resized_at = time.monotonic()
        self.release()
