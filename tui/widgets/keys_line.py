"""The last line: the keys that are of use where the focus is, as many as fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textual.content import Content
from textual.events import Click
from textual.widget import Widget

from tui.glyphs import Glyphs
from tui.keys import Key, Place, keys_at

GAP = 2
_ALONE = tuple(
    replace(key, footer=1) if key.action == "zoom" else key for key in keys_at(None) if key.action != "focus_other"
)
"""The keys beside a chart that has all the room: first the way back."""


class KeysLine(Widget):
    """A click on a key is a press of it."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="keys")
        self._glyphs = glyphs
        self._place: Place | None = "config"

    def tell(self, place: Place | None) -> None:
        """Where the focus is; None while one chart has all the room."""
        if place != self._place:
            self._place = place
            self.refresh()

    def render(self) -> Content:
        """Key and word."""
        parts: list[Content | str] = [" "]
        for key in self._fitting():
            parts.append(Content.styled(key.written(self._glyphs), "bold $accent"))
            parts.append(Content.styled(f" {key.label}{' ' * GAP}", "$quiet"))
        return Content.assemble(*parts)

    async def on_click(self, event: Click) -> None:
        """Press the key under the pointer."""
        end = 1
        for key in self._fitting():
            end += len(key.written(self._glyphs)) + 1 + len(key.label) + GAP
            if event.x < end:
                if not key.local:
                    await self.screen.run_action(key.action)
                return

    def _fitting(self) -> tuple[Key, ...]:
        keys = keys_at(self._place) if self._place is not None else _ALONE
        return fitting(keys, self.size.width - 1, self._glyphs)


def fitting(keys: Sequence[Key], width: int, glyphs: Glyphs) -> tuple[Key, ...]:
    """The foremost that fit, in the order of the table."""
    chosen: list[Key] = []
    room = width + GAP
    for key in sorted((k for k in keys if k.footer), key=lambda k: k.footer):
        room -= len(key.written(glyphs)) + 1 + len(key.label) + GAP
        if room < 0:
            break
        chosen.append(key)
    return tuple(k for k in keys if k in chosen)
