"""Three lines for the very first start."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from tui.glyphs import Glyphs
from tui.state import hint_is_due, remember_hint


class Hint(Static):
    """Goes away for ever with the first run, or with escape."""

    def __init__(self, glyphs: Glyphs) -> None:
        up, down, left, right, _ = glyphs.arrows
        key = "bold $accent"
        super().__init__(
            Content("\n").join(
                (
                    Content.assemble((f"{up} {down}", key), " choose a setting, ", (f"{left} {right}", key),
                                     " change it, ", ("r", key), " trains it."),
                    Content.assemble("Change one thing, ", ("r", key), " again: the new curves join the old."),
                    Content.assemble(("p", key), " has presets, ", ("?", key), " all keys. ",
                                     ("With r or escape this goes for good.", "$quiet")),
                )
            ),
            id="hint",
        )  # fmt: skip

    def on_mount(self) -> None:
        """Only where nobody has used regtui yet."""
        self.display = hint_is_due()

    def leave(self) -> None:
        """For good."""
        if self.display:
            self.display = False
            remember_hint()
