"""The figures of a page as text, and into a CSV file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tui.charts.table import Table
from tui.harmless import harmless
from tui.screens.text import TextScreen
from tui.state import log
from tui.widgets.dialog import Dialog


class TableScreen(TextScreen):
    """Reads like any text; ``s`` saves the figures in full, ``p`` the charts, into the folder regtui was started in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "save"),
        Binding("p", "save_picture", "save the picture"),
        Binding("T", "close", "close"),
    ]

    def __init__(self, page: str, table: Table, svg: Callable[[], str]) -> None:
        head, *rows = table.lines
        lines = [Content.styled(head, "bold"), *map(Content, rows)] if table.rows else []
        lines += [Content.styled(harmless(note), "$quiet") for note in table.notes if note]
        keys = "arrows scroll    s saves it as CSV    p the charts as SVG    escape closes"
        super().__init__(table.title, Content("\n").join(lines), keys, wraps=False)
        self._page = page
        self._table = table
        self._svg = svg

    def action_save(self) -> None:
        """The figures as CSV."""
        self._write("csv", self._table.csv)

    def action_save_picture(self) -> None:
        """The page of charts as an SVG."""
        self._write("svg", self._svg())

    def _write(self, kind: str, text: str) -> None:
        """A file of its own, never over another; where it is, or why it is not there, is said."""
        path = Path.cwd() / f"regtui-{self._page}-{datetime.now():%Y%m%d-%H%M%S}.{kind}"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            said, look = f"{path}: cannot be written ({error.strerror})", "$text-error"
        else:
            log(f"saved: {path}")
            said, look = f"saved: ./{path.name}", "$text-success"
        self.query_one(Dialog).say(harmless(said), look)
