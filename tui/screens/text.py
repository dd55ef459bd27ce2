"""Screens of text to read: the keys, and what was said so far."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.harmless import harmless
from tui.keys import KEYS
from tui.training import Notice

TITLES = {"train": "Training", "config": "Config", "runs": "Runs", "charts": "Charts", "app": "regtui"}


class TextScreen(ModalScreen[None]):
    """Text in a box that scrolls; escape closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,l,c,enter", "close", "close"),
    ]

    def __init__(self, title: str, text: Content) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        """The text."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            with VerticalScroll():
                yield Static(self._text)
            yield Static("escape closes", classes="hint")

    def on_mount(self) -> None:
        """The arrow keys scroll."""
        self.query_one(VerticalScroll).focus()

    def action_close(self) -> None:
        """Back."""
        self.dismiss()


def help_screen() -> TextScreen:
    """Every key of the table, by group."""
    lines: list[Content] = []
    for group, keys in groupby(KEYS, key=lambda k: k.group):
        lines.append(Content.styled(TITLES[group], "bold $accent"))
        lines.extend(Content.styled(f"  {k.written:<10}", "$text-accent") + Content(k.help) for k in keys)
        lines.append(Content(""))
    lines.append(Content.styled("  ctrl+p    ", "$text-accent") + Content("Palette: every action by name."))
    return TextScreen("keys", Content("\n").join(lines))


def log_screen(notices: Sequence[Notice]) -> TextScreen:
    """The newest last, with the details that were too long to say."""
    lines: list[Content] = []
    for notice in notices:
        lines.append(Content.styled(harmless(notice.text), "$text-error" if notice.severity == "error" else ""))
        lines.extend(Content.styled("  " + harmless(line), "$text-muted") for line in notice.details.splitlines())
    return TextScreen("log", Content("\n").join(lines or [Content("Nothing was said yet.")]))
