"""Writing somewhere in some style, from wherever the pen is: the shortest moves, and codes for what differs only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from tui.output.styles import Style, change, for_blank
from tui.output.terminfo import Terminfo

Place = tuple[int, int]
"""Row and column, from 0."""
LONG_END = 6
"""Spaces at the end of a stroke from which erasing them is shorter."""
_LONG_GAP = re.compile(" {11,}(?=[^ ])")
"""Spaces within, over which the pen has to be moved then."""


@dataclass(frozen=True)
class Stroke:
    """Letters of one row in one style; spaces among them, or nothing but spaces, have its background."""

    row: int
    column: int
    columns: int
    """That the text takes; a letter may take two, and a sign over a letter none."""
    text: str
    style: Style
    to_end: bool = False
    """Erases the rest of the row instead of writing."""

    @property
    def is_blank(self) -> bool:
        """Whether its foreground cannot be seen."""
        return not self.style.attributes and (self.to_end or not self.text.strip(" "))


@dataclass(frozen=True)
class Pen:
    """Where the terminal writes next and in which style; None for what is not known."""

    at: Place | None = None
    style: Style | None = None

    def moved(self, out: list[str], row: int, column: int) -> Pen:
        """Go there."""
        if self.at == (row, column):
            return self
        out.append(way(self.at, row, column))
        return replace(self, at=(row, column))

    def draw(self, out: list[str], strokes: Iterable[Stroke], terminal: Terminfo, width: int) -> Pen:
        """Write all strokes in their order; the pen as it is then. ``width``: no column is beyond it."""
        at, now = self.at, self.style
        for stroke in strokes:
            row, column, text = stroke.row, stroke.column, stroke.text
            if at != (row, column):
                out.append(way(at, row, column))
            style = for_blank(now, stroke.style) if stroke.is_blank else stroke.style
            if style != now:
                out.append(change(now, style))
                now = style
            if stroke.to_end:
                out.append("\x1b[K")
                at = row, column
                continue
            column += stroke.columns
            if terminal.ech and "      " in text and terminal.erases_in(style):
                text, left_out = _with_erasing(text)
                column -= left_out
            out.append(text)
            at = (row, column) if column < width else None
        return Pen(at, now)


def _with_erasing(text: str) -> tuple[str, int]:
    """Long blanks erased, and jumped over; at the end not even that, but so many columns are left out."""
    text = _LONG_GAP.sub(lambda gap: f"\x1b[{len(gap[0])}X\x1b[{len(gap[0])}C", text)
    kept = text.rstrip(" ")
    blanks = len(text) - len(kept)
    return (f"{kept}\x1b[{blanks}X", blanks) if blanks >= LONG_END else (text, 0)


@lru_cache(maxsize=8192)
def way(at: Place | None, row: int, column: int) -> str:
    """The shortest code that moves there."""
    outright = f"\x1b[{row + 1};{column + 1}H" if column else f"\x1b[{row + 1}H"
    if at is None:
        return outright
    right = column - at[1]
    across = [_by(right, "C", "D"), "\r" + _by(column, "C", "D"), f"\x1b[{column + 1}G"]
    if -5 <= right < 0:
        across.append("\b" * -right)
    return min((outright, _down(row - at[0]) + min(across, key=len)), key=len)


def _down(count: int) -> str:
    """A vertical tab is a line feed to every terminal since the VT100, but to no terminal's driver.

    A line feed itself would cost two bytes, for drivers write a return before it. None is written in the last row,
    where it would scroll.
    """
    return "\v" * count if 0 < count <= 3 else _by(count, "B", "A")


def _by(count: int, ahead: str, back: str) -> str:
    if count == 0:
        return ""
    return f"\x1b[{abs(count) if abs(count) > 1 else ''}{ahead if count > 0 else back}"
