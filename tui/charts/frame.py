"""Where things stand in a chart: the gutter of numbers, the canvas, and the way from values to points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from tui.charts.ink import Ink, style
from tui.charts.scale import Limits, log_ticks, ticks

Cell = tuple[str, object]
"""A character and its ``rich`` style or None."""
Rows = list[list[Cell]]
GUTTER = 7
"""Columns of the numbers at the left."""
GRID_STEP = 4
"""Columns from one dot of the grid to the next: a line of them in every column tripled what a page wrote."""
BLANK: Cell = (" ", None)


@dataclass(frozen=True)
class Frame:
    """A canvas of ``columns`` × ``rows`` cells; each has ``across`` × ``up`` points."""

    columns: int
    rows: int
    x: Limits
    y: Limits
    across: int = 1
    up: int = 1

    def point(self, x: float, y: float) -> tuple[int, int]:
        """Points from the left and from below; outside of the canvas for values outside of the limits."""
        return _place(x, self.x, self.columns * self.across), _place(y, self.y, self.rows * self.up)

    def column(self, x: float) -> int:
        """The cell's column."""
        return _place(x, self.x, self.columns * self.across) // self.across

    def row(self, y: float) -> int:
        """The cell's row, from above."""
        return self.rows - 1 - _place(y, self.y, self.rows * self.up) // self.up


def _place(value: float, limits: Limits, count: int) -> int:
    low, high = limits
    return floor(0.5 + (count - 1) * (value - low) / (high - low))


def axes(
    frame: Frame, ink: Ink, *, log: bool, whole: bool, name: str, places: Sequence[tuple[float, str]] | None = None
) -> Rows:
    """The empty chart: numbers, a faint grid at them, and one row below for the x axis with its name.

    ``places`` are labels of one's own along the x axis; those that find no room are left out.
    """
    width = GUTTER + frame.columns
    cells: Rows = [[BLANK] * width for _ in range(frame.rows + 1)]
    quiet, dot = style(ink.axes), (ink.marks.grid, ink.faint(0.5))
    fit = min(8, max(2, frame.rows // 3))
    for y, label in log_ticks(*frame.y, fit) if log else ticks(*frame.y, fit):
        row = cells[frame.row(y)]
        for column in range(GUTTER, width, GRID_STEP):
            row[column] = dot
        _write(row, 0, label[: GUTTER - 1].rjust(GUTTER - 1), quiet)
    below = cells[-1]
    _write(below, 0, name[: GUTTER - 2].rjust(GUTTER - 2), ink.faint(0.7))
    free = GUTTER
    for x, label in ticks(*frame.x, max(2, frame.columns // 10)) if places is None else places:
        if whole:
            if x != int(x):
                continue
            label = f"{x:.0f}"
        start = max(GUTTER, min(GUTTER + frame.column(x) - (len(label) - 1) // 2, width - len(label)))
        if start >= free:
            _write(below, start, label, quiet)
            free = start + len(label) + 1
    return cells


def _write(row: list[Cell], start: int, text: str, look: object) -> None:
    row[start : start + len(text)] = [(c, look) for c in text]
