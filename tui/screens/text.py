"""Screens of text to read: the keys, and what was said so far."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.glyphs import Glyphs
from tui.harmless import harmless
from tui.keys import KEYS, Key, Place
from tui.notices import Notice
from tui.state import log_file, log_tail

TITLES = {
    "train": "Training",
    "config": "Config",
    "sweeps": "Sweeps",
    "runs": "Runs",
    "charts": "Charts",
    "app": "regtui",
}


class TextScreen(ModalScreen[None]):
    """Text in a box that scrolls; escape closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,l,c,i,enter", "close", "close"),
    ]

    def __init__(self, title: str, text: Content, keys: str = "escape closes", *, wraps: bool = True) -> None:
        super().__init__()
        self._title = title
        self._keys = keys
        self._wraps = wraps
        self._text = text

    def compose(self) -> ComposeResult:
        """The text."""
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = self._title
            with ScrollableContainer() if not self._wraps else VerticalScroll():
                yield Static(self._text, classes="" if self._wraps else "-wide")
            yield Static(self._keys, classes="hint", markup=False)

    def on_mount(self) -> None:
        """The arrow keys scroll."""
        self.query_one(ScrollableContainer).focus()

    def action_close(self) -> None:
        """Back."""
        self.dismiss()


def help_screen(glyphs: Glyphs, place: Place) -> TextScreen:
    """Every key: first those that are of use where the cursor is, then the others by group."""
    here = [k for k in KEYS if k.place == place]
    others = [k for k in KEYS if k.place != place]
    lines = _keys(f"Here, in the {'table of runs' if place == 'runs' else 'config'}", here, glyphs)
    for group, keys in groupby(sorted(others, key=lambda k: list(TITLES).index(k.group)), key=lambda k: k.group):
        lines += _keys(TITLES[group], list(keys), glyphs)
    lines.append(Content.styled("  ctrl+p    ", "$accent") + Content("Palette: every action by name."))
    return TextScreen("keys", Content("\n").join(lines))


def _keys(title: str, keys: Sequence[Key], glyphs: Glyphs) -> list[Content]:
    rows = [Content.styled(f"  {k.written(glyphs):<10}", "$accent") + Content(k.help) for k in keys]
    return [Content.styled(title, "bold"), *rows, Content("")]


def log_screen(notices: Sequence[Notice]) -> TextScreen:
    """What was said in this session, newest last, with its details; then the end of the log file."""
    lines: list[Content] = []
    for notice in notices:
        lines.append(Content.styled(harmless(notice.text), "$text-error" if notice.severity == "error" else ""))
        lines.extend(Content.styled("  " + harmless(line), "$quiet") for line in notice.details.splitlines())
    lines = lines or [Content("Nothing was said yet.")]
    if tail := log_tail():
        lines += [Content(""), Content.styled(harmless(str(log_file())), "bold")]
        lines += [Content.styled(harmless(line), "$quiet") for line in tail]
    return TextScreen("log", Content("\n").join(lines))


def sentences_screen(title: str, sentences: Sequence[str]) -> TextScreen:
    """Sentences, each a paragraph."""
    lines = [Content(harmless(sentence)) for sentence in dict.fromkeys(sentences) if sentence]
    return TextScreen(harmless(title), Content("\n\n").join(lines or [Content("There is nothing to say yet.")]))
