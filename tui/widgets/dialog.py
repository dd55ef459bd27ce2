"""The box of every screen that lies over the main one: its title and its keys stand in its border."""

from __future__ import annotations

from textual.containers import Vertical
from textual.content import Content

from tui.harmless import harmless


class Dialog(Vertical):
    """Words in its border are text and no markup, wherever they come from."""

    def __init__(self, title: str, keys: str, *, classes: str = "") -> None:
        super().__init__(classes=f"dialog {classes}")
        self.border_title = Content(harmless(title))
        self.say(keys)

    def say(self, text: str, style: str = "") -> None:
        """What stands in the lower border: the keys, or what came of one."""
        self.border_subtitle = Content.styled(harmless(text), style)
