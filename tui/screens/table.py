"""The figures of a page as text, and into a CSV file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from tui.charts.table import Table
from tui.harmless import harmless
from tui.screens.text import TextScreen
from tui.widgets.dialog import Dialog


class TableScreen(TextScreen):
    """Reads like any text; ``s`` saves the figures in full into the folder that regtui was started in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", "save"),
        Binding("T", "close", "close"),
    ]

    def __init__(self, page: str, table: Table) -> None:
        head, *rows = table.lines
        lines = [Content.styled(head, "bold"), *map(Content, rows)] if table.rows else []
        lines += [Content.styled(harmless(note), "$quiet") for note in table.notes if note]
        keys = "arrows scroll    s saves it as CSV    escape closes"
        super().__init__(table.title, Content("\n").join(lines), keys, wraps=False)
        self._page = page
        self._table = table

    def action_save(self) -> None:
        """A file of its own, never over another."""
        path = Path.cwd() / f"regtui-{self._page}-{datetime.now():%Y%m%d-%H%M%S}.csv"
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(self._table.csv)
        except OSError as error:
            said, look = f"{path}: cannot be written ({error.strerror})", "$text-error"
        else:
            said, look = f"saved: {path}    escape closes", "$text-success"
        self.query_one(Dialog).say(said, look)
