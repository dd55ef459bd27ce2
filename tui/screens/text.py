"""Screens of text to read: the keys, and what was said so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from tui.glyphs import Glyphs
from tui.harmless import harmless
from tui.keys import Place
from tui.notices import Notice
from tui.screens.modal import Modal
from tui.state import log_file, log_tail
from tui.widgets.dialog import Dialog
from tui.widgets.keys_help import KeysHelp

STAMP = len("2026-01-31 23:59:59 ")
"""What a line of the log begins with."""


class TextScreen(Modal[None]):
    """Text in a box that scrolls; escape closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,l,c,i,enter", "close", "close"),
    ]

    def __init__(
        self, title: str, text: Content | KeysHelp, keys: str = "escape closes", *, wraps: bool = True
    ) -> None:
        super().__init__()
        self._title = title
        self._keys = keys
        self._wraps = wraps
        self._text = text

    def compose(self) -> ComposeResult:
        """The text."""
        text = Static(self._text) if isinstance(self._text, Content) else self._text
        text.set_class(not self._wraps, "-wide")
        scroll = VerticalScroll() if self._wraps else ScrollableContainer()
        with Dialog(self._title, self._keys, classes="-text"), scroll:
            yield text

    def on_mount(self) -> None:
        """The arrow keys scroll."""
        self.query_one(ScrollableContainer).focus()

    def on_resize(self, event: Resize) -> None:
        """As high as its text, and never higher than the screen; two rows are its border's."""
        self.query_one(ScrollableContainer).styles.max_height = max(1, event.size.height * 9 // 10 - 2)

    def action_close(self) -> None:
        """Back."""
        self.dismiss()


def help_screen(glyphs: Glyphs, place: Place) -> TextScreen:
    """The keys."""
    return TextScreen("keys", KeysHelp(glyphs, place))


def log_screen(notices: Sequence[Notice]) -> TextScreen:
    """What was said in this session, newest last, with its details; then what else the log file ends in."""
    lines: list[Content] = []
    for notice in notices:
        lines.append(Content.styled(harmless(notice.text), "$text-error" if notice.severity == "error" else ""))
        lines.extend(Content.styled("  " + harmless(line), "$quiet") for line in notice.details.splitlines())
    lines = lines or [Content("Nothing was said yet.")]
    said = {line for n in notices for line in (f"{n.severity}: {n.text}", *n.details.splitlines())}
    if tail := [line for line in log_tail() if line[STAMP:] not in said and line not in said]:
        lines += [Content(""), Content.styled(harmless(str(log_file())), "bold")]
        lines += [Content.styled(harmless(line), "$quiet") for line in tail]
    return TextScreen("log", Content("\n").join(lines))


def sentences_screen(title: str, sentences: Sequence[str]) -> TextScreen:
    """Sentences, each a paragraph."""
    lines = [Content(harmless(sentence)) for sentence in dict.fromkeys(sentences) if sentence]
    return TextScreen(title, Content("\n\n").join(lines or [Content("There is nothing to say yet.")]))
