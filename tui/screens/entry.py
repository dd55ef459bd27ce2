"""The line in which an exact value is typed, between the settings and their explanation."""

from __future__ import annotations

from textual.widgets import Input

from trainer.config.properties import Property


class Entry(Input):
    """Hidden until a value is asked for."""

    def __init__(self) -> None:
        super().__init__(id="entry", compact=True)
        self.cursor_blink = False  # 300 bytes a second for nothing
        self.display = False

    def ask(self, row: Property) -> None:
        """Begin with the value that the setting has."""
        self.value = row.shown(row.value)
        self.placeholder = row.bounds
        self.display = True
        self.screen.set_focus(self)
        self.select_all()
