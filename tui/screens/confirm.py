"""A question before something is lost."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.screens.modal import Modal
from tui.widgets.dialog import Dialog


class Confirm(Modal[bool]):
    """True for yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", "yes"),
        Binding("n,escape", "answer(False)", "no"),
        Binding("q", "quit_key", show=False),
    ]

    def __init__(self, question: str, *, quits: bool = False) -> None:
        """``quits``: whether the question is about quitting, so that q once more means yes; else it means no."""
        super().__init__()
        self._question, self._quits = question, quits

    def action_quit_key(self) -> None:
        """What q means here."""
        self.dismiss(self._quits)

    def compose(self) -> ComposeResult:
        """The question and its keys."""
        with Dialog("", "y yes    n no", classes="-narrow"):
            yield Static(self._question, markup=False)

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)
