"""Screens that lie over the main one."""

from __future__ import annotations

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette
from textual.screen import ModalScreen, ScreenResultType


class Modal(ModalScreen[ScreenResultType]):
    """Closes once: the second of two keys that came at once would close the screen below it, too."""

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """As ever, while it is on top."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()


class Palette(CommandPalette):
    """Textual's, which pages through a list that has not been laid out yet, and closes as often as it is told to."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """As ever, while it is on top."""
        return super().dismiss(result) if self.app.screen is self else AwaitComplete()

    def _action_command_list(self, action: str) -> None:
        if self.query_one("CommandList").size.height:
            super()._action_command_list(action)
