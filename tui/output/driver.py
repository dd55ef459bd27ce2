"""Textual's driver for Unix terminals, writing no more than it must."""

from __future__ import annotations

import select
from typing import Any

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from tui.output.screen import TerminalScreen


class LeanDriver(LinuxDriver):
    """What Textual writes goes through the picture of what the terminal shows already."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._shown = TerminalScreen()

    def write(self, data: str) -> None:
        """Write what is not on screen already."""
        if lean := self._shown.update(data):
            super().write(lean)

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has not taken what was written: a slow link, or one that is cut."""
        try:
            return self._file is not None and not select.select([], [self._file], [], 0)[1]
        except (OSError, ValueError):
            return False

    def forget_screen(self) -> None:
        """Take nothing for granted: the next drawing is written in full."""
        self._shown.forget()
