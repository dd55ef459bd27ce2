"""Curves as they are drawn: lines, a band, and signs at the places that matter."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from math import isfinite, log10

from tui.charts.band import Band, paint
from tui.charts.frame import GUTTER, Frame, Rows, axes
from tui.charts.ink import Ink, style
from tui.charts.layer import Line, lay
from tui.charts.scale import Limits
from tui.charts.scene import Axis


@dataclass(frozen=True)
class Mark:
    """A sign at one place: the best epoch, a dial, a fork."""

    x: float
    y: float | None
    """None for an upright line through the chart."""
    colour: int
    fork: bool = False
    """Whether a run branches off here; else it is its best epoch."""


@dataclass(frozen=True)
class RunCurves:
    """What one run adds to a chart."""

    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    ends: tuple[float, ...]
    """Values that limits must hold: the least and the greatest of each curve, and the least above 0."""


@dataclass(frozen=True)
class LinePlot:
    """All curves of one chart."""

    title: str
    marks: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    band: Band | None
    signs: tuple[Mark, ...]
    x_limits: Limits
    y_limits: Limits
    """As log10 on a log axis."""
    log: bool
    axis: Axis
    cursor: float | None
    runs: dict[object, RunCurves] = field(repr=False)
    """The curves of each run in each state, to be taken over by the next drawing."""
    figures: tuple[str, ...]
    readings: tuple[tuple[float, ...], ...]
    words: str = ""

    def reading(self, run: int, figure: int) -> float | None:
        """A figure of a shown run at the cursor; None when it has not reached that epoch."""
        return self.readings[run][figure] if figure < len(self.readings[run]) else None

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """The chart with its axes."""
        marks = ink.marks
        frame = Frame(width - GUTTER, height - 1, self.x_limits, self.y_limits, marks.across, marks.up)
        cells = axes(frame, ink, log=self.log, whole=self.axis != "seconds", name=self.axis)
        for sign in self.signs:
            if sign.y is None:
                self._upright(cells, frame, sign.x, marks.upright, style(ink.colour(sign.colour, 0.5)))
        if self.cursor is not None:
            self._upright(cells, frame, self.cursor, marks.cursor, style(ink.axes))
        if self.band and not ink.quiet:
            paint(cells, self.band, frame, ink, log=self.log)
        for growing, beads in product((False, True), repeat=2):
            group = tuple(line for line in self.lines if line.growing == growing and line.beads == beads)
            if group:
                lay(cells, group, frame, ink, log=self.log)
        if not ink.colours:
            self._letters(cells, frame, ink)
        for sign in self.signs:
            if sign.y is not None and isfinite(sign.y) and (sign.y > 0 or not self.log):
                column, row = frame.column(sign.x), frame.row(log10(sign.y) if self.log else sign.y)
                if 0 <= column < frame.columns and 0 <= row < frame.rows:
                    cells[row][GUTTER + column] = (
                        marks.fork if sign.fork else marks.best,
                        style(ink.colour(sign.colour), bold=True),
                    )
        if self.band and ink.quiet:
            paint(cells, self.band, frame, ink, log=self.log)
        return cells

    def _letters(self, cells: Rows, frame: Frame, ink: Ink) -> None:
        """On each curve the letter of its run, in a column of the run's own so that none covers another."""
        runs = sorted({line.colour for line in self.lines})
        for line in (line for line in self.lines if not line.raw):
            share = (runs.index(line.colour) + 1) / (len(runs) + 1)
            wanted = GUTTER + round(share * (frame.columns - 1))
            places = [
                (abs(GUTTER + frame.column(x) - wanted), frame.column(x), frame.row(log10(y) if self.log else y))
                for x, y in zip(line.x, line.y, strict=True)
                if isfinite(y) and (y > 0 or not self.log)
            ]
            inside = [place for place in places if 0 <= place[1] < frame.columns and 0 <= place[2] < frame.rows]
            if inside:
                _, column, row = min(inside)
                cells[row][GUTTER + column] = (ink.run(line.colour), style(ink.plain, bold=True))

    def _upright(self, cells: Rows, frame: Frame, x: float, mark: str, look: object) -> None:
        column = frame.column(x)
        if 0 <= column < frame.columns:
            for row in cells[: frame.rows]:
                row[GUTTER + column] = (mark, look)
