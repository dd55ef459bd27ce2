"""The first line: what is edited, what was changed, and where it trains."""

from __future__ import annotations

from math import prod

from textual.content import Content
from textual.widget import Widget

from trainer.config.properties import Property
from trainer.events import Environment
from tui.draft import Draft
from tui.glyphs import Glyphs
from tui.harmless import harmless
from tui.session import Session
from tui.sweep_values import as_text

LONGEST_LIST = 24
"""Columns that the list of a sweep may take."""


class Heading(Widget):
    """Left the preset and its changes, right the device and its threads."""

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__(id="heading")
        self._session = session
        self._glyphs = glyphs
        self._said: tuple[Content, Content] = (Content(""), Content(""))

    def tell(self) -> None:
        """Draw it, when it says something else than before."""
        said = self._left(), self._right()
        if said != self._said:
            self._said = said
            self.refresh()

    def render(self) -> Content:
        """The changes are cut where the device begins."""
        left, right = self._said
        room = self.size.width - right.cell_length - 1
        if room < 24:
            right, room = Content(""), self.size.width
        left = left.truncate(room - 1, ellipsis=True)
        return Content.assemble(left, " " * max(0, room - left.cell_length), right)

    def _left(self) -> Content:
        draft = self._session.draft
        dot = f" {self._glyphs.dot} "
        parts = [Content.styled(" regtui ", "bold $accent"), Content.styled(harmless(draft.preset.name), "bold")]
        if steered := self._steered(dot):
            parts.append(steered)
        members = prod(map(len, draft.grid.values())) if draft.grid else 0
        if members:
            parts.append(Content.styled(f"{dot}sweep of {members} runs", "$accent"))
        if count := len(draft.changed):
            parts.append(Content.styled(f"{dot}{count} changed", "$accent"))
            rows = {row.path: row for row in draft.rows}
            told = [
                f"{rows[p].label} {_value(draft, rows[p])}" for p in rows if p in draft.changed - draft.misfits.keys()
            ]
            parts.append(Content.styled(": " + ", ".join(map(harmless, told)) if told else "", "$quiet"))
        if draft.problem:
            parts.insert(2, Content.styled(f"{dot}cannot run", "bold $text-error"))
        return Content("").join(parts)

    def _steered(self, dot: str) -> Content | None:
        """Which run the config is about, and what waits to be changed in it."""
        steering = self._session.steering
        if not (steered := steering.steered) or not (steering.pending or steering.live):
            return None
        name = harmless(steered[0].name) if len(steered) == 1 else f"{len(steered)} runs"
        waits = f"{len(steering.pending)} pending" if steering.pending else "as it trains"
        live = f"{dot}live" if steering.live else ""
        return Content.styled(f"{dot}steers {name}: {waits}{live}", "$accent")

    def _right(self) -> Content:
        place = self._session.environment
        asked = self._session.source.device
        return Content.styled(f"{describe(place) if place else f'device {asked}'} ", "$quiet")


def _value(draft: Draft, row: Property) -> str:
    """As in the property list: the values of a sweep, or how many there are."""
    values = draft.grid_of(row.path)
    if not values:
        return row.shown(row.value)
    text = as_text(values, row)
    return text if len(text) <= LONGEST_LIST else f"{len(values)} values"


def describe(place: Environment) -> str:
    """``cpu · 2 threads``, or the GPU by its name."""
    if place.device.startswith("cuda"):
        return f"{place.device} {harmless(place.device_name)}"
    return f"{place.device}, {place.threads} thread{'s' * (place.threads != 1)}"
