"""What the app asks of its terminal beyond Textual's own driver."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from textual.driver import Driver


class Terminal:
    """Asks the app's driver when it is ours; another one, of a test or on Windows, does nothing of this."""

    def __init__(self, driver: Callable[[], Driver | None] = lambda: None) -> None:
        """``driver``: the app's, which it has once it runs."""
        self._driver = driver

    @property
    def is_behind(self) -> bool:
        """Whether it has not taken what was written last: the next picture waits for it."""
        return bool(getattr(self._driver(), "is_behind", False))

    def forget(self, width: int) -> None:
        """Take nothing for granted: the next drawing is written in full, to so many columns."""
        self._tell("forget_screen", width)

    def hold(self) -> None:
        """Keep back what is drawn, for a moment: what changes twice until ``release`` is written once."""
        self._tell("hold")

    def release(self) -> None:
        """Write what was kept back."""
        self._tell("release")

    def _tell(self, method: str, *arguments: object) -> None:
        if call := getattr(self._driver(), method, None):
            call(*arguments)


def driver() -> type[Driver] | None:
    """Our own driver where Textual would take the one that ours is made from."""
    if sys.platform == "win32" or "TEXTUAL_DRIVER" in os.environ:
        return None
    from tui.output.driver import LeanDriver  # late: there is none of it on other systems

    return LeanDriver
