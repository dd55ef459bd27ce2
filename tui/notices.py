"""What the user is told: said on screen, and kept for the log."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Literal

from textual.message import Message

Severity = Literal["information", "warning", "error"]


class Notice(Message):
    """Something that the user must hear of."""

    def __init__(self, text: str, severity: Severity = "information", details: str = "") -> None:
        super().__init__()
        self.text = text
        self.severity = severity
        self.details = details


class Notices:
    """All parts of a session speak through this one."""

    def __init__(self, post: Callable[[Message], object]) -> None:
        self._post = post
        self.told: deque[Notice] = deque(maxlen=500)
        """What was said, oldest first; whoever shows a notice puts it here."""

    def say(self, text: str) -> None:
        """Tell the user something."""
        self._post(Notice(text))

    def refuse(self, text: str) -> None:
        """Say why something is not done."""
        self._post(Notice(text, "warning"))
