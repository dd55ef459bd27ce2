"""Three lines for the very first start."""

from __future__ import annotations

from textual.content import Content
from textual.events import Resize
from textual.widgets import Static

from tui.glyphs import Glyphs
from tui.state import hint_is_due, remember_hint


class Hint(Static):
    """Goes away for ever with the first run, or with escape."""

    def __init__(self, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        super().__init__(self._words(), id="hint")

    def _words(self, *first: tuple[str, str] | str) -> Content:
        up, down, left, right, _ = self._glyphs.arrows
        key = "bold $accent"
        return Content("\n").join(
            (
                Content.assemble(*first, (f"{up} {down}", key), " choose a setting, ", (f"{left} {right}", key),
                                 " change it, ", ("r", key), " trains it."),
                Content.assemble("Change one thing, ", ("r", key), " again: the new curves join the old."),
                Content.assemble(("p", key), " has presets, ", ("?", key), " all keys. ",
                                 ("r or escape ends this hint.", "$quiet")),
            )
        )  # fmt: skip

    def on_mount(self) -> None:
        """Only where nobody has used regtui yet."""
        self.screen.set_class(hint_is_due(), "-hinting")

    def on_resize(self, event: Resize) -> None:
        """On a small screen the settings are not to be seen at first."""
        self.update(self._words(("tab", "bold $accent"), ": ") if self.screen.has_class("-small") else self._words())

    def leave(self) -> None:
        """For good."""
        if self.display:
            self.screen.remove_class("-hinting")
            remember_hint()
