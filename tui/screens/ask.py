"""Ask for one line of text, and say what it comes to before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from trainer.errors import RegtuiError
from tui.harmless import harmless
from tui.screens.modal import Modal
from tui.widgets.dialog import Dialog


@dataclass(frozen=True)
class Question:
    """What is asked."""

    title: str
    label: str
    text: str
    """The answer that is offered."""
    keys: str
    preview: Callable[[str], str]
    """What an answer comes to; raises a RegtuiError when it cannot be taken."""
    take: Callable[[str], None]
    """Take the answer; raises a RegtuiError when it cannot be taken."""


class AskScreen(Modal[bool]):
    """Closes with True once an answer was taken."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(False)", "close")]

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """The list, what it comes to, and the keys."""
        asked = self._question
        with Dialog(asked.title, asked.keys, classes="-narrow"):
            yield Static(asked.label, classes="label", markup=False)
            yield Input(asked.text, compact=True, select_on_focus=False)
            yield Static("", id="said")

    @on(Input.Changed)
    def _changed(self, message: Input.Changed) -> None:
        self._say(self._question.preview, message.value)

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        if self._say(self._question.take, message.value):
            self.dismiss(True)

    def _say(self, does: Callable[[str], str | None], text: str) -> bool:
        """Whether the answer is fit; what there is to say of it is said."""
        said = self.query_one("#said", Static)
        try:
            said.update(Content.styled(does(text) or "", "$accent"))
        except RegtuiError as error:
            said.update(Content.styled(harmless(str(error)), "$text-error"))
            return False
        return True
