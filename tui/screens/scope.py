"""Which of the runs that train side by side are to take a change: asked before it is made."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.screens.modal import Modal
from tui.widgets.dialog import Dialog

Scope = Literal["this", "all"]


class ScopeScreen(Modal[Scope | None]):
    """None for neither."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,o", "answer('this')", "this one"),
        Binding("a", "answer('all')", "all"),
        Binding("escape,q", "dismiss(None)", "neither"),
    ]

    def __init__(self, changes: str, name: str, count: int) -> None:
        """The changes in words, the run under the cursor, and how many train."""
        super().__init__()
        self._text = f"From the next batch on: {changes}."
        self._answers = f"enter  {name} alone\na      all {count} that train"

    def compose(self) -> ComposeResult:
        """The changes, and who takes them."""
        with Dialog("", "escape neither", classes="-narrow"):
            yield Static(self._text, markup=False)
            yield Static(self._answers, markup=False)

    def action_answer(self, scope: Scope) -> None:
        """Close with the answer."""
        self.dismiss(scope)
