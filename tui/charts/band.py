"""Many runs as one band, from the lowest to the highest of them in each epoch: sixty curves would hide each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite, log10

from trainer.epochs import Epochs
from trainer.history import RunHistory
from tui.charts.frame import GUTTER, Frame, Rows
from tui.charts.ink import Ink, mixed, style, with_ground

SHARE = 0.17
"""How much the band's ground differs from that of the screen."""


@dataclass(frozen=True)
class Band:
    """Lowest and highest value at each place, in order."""

    x: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def heights(self, *, log: bool) -> Iterator[tuple[float, float, float]]:
        """Place, lowest and highest, as they are drawn; what a log axis cannot show is left out."""
        for x, low, high in zip(self.x, self.low, self.high, strict=True):
            if not log:
                yield x, low, high
            elif low > 0:
                yield x, log10(low), log10(high)


def band(
    crowd: Sequence[RunHistory],
    figures: Callable[[Epochs], Sequence[float]],
    place: Callable[[RunHistory], Sequence[float]],
) -> Band | None:
    """The band of one figure; None when there is nothing to show."""
    ends: dict[float, tuple[float, float]] = {}
    for history in crowd:
        for epoch, value in zip(history.epochs.column("epoch"), figures(history.epochs), strict=True):
            if isfinite(value):
                low, high = ends.get(epoch, (value, value))
                ends[epoch] = (min(low, value), max(high, value))
    longest = max(crowd, key=lambda h: len(h.epochs), default=None)
    if longest is None or not ends:
        return None
    epochs = longest.epochs.column("epoch")
    reached = [(x, *ends[e]) for e, x in zip(epochs, place(longest), strict=True) if e in ends]
    return Band(*(tuple(point[i] for point in reached) for i in range(3)))


def paint(cells: Rows, found: Band, frame: Frame, ink: Ink, *, log: bool) -> None:
    """Change the ground of the cells that the band covers; where grounds cannot be told apart, fill the empty ones."""
    ground = mixed(ink.axes, ink.ground, SHARE)
    for column, top, bottom in _columns(list(found.heights(log=log)), frame):
        for row in range(max(0, top), min(frame.rows - 1, bottom) + 1):
            character, look = cells[row][GUTTER + column]
            if ink.quiet:
                cells[row][GUTTER + column] = (character, with_ground(look, ground))
            elif character in (" ", ink.marks.grid):
                cells[row][GUTTER + column] = (ink.marks.band, style(ink.axes))


def _columns(points: Sequence[tuple[float, float, float]], frame: Frame) -> Iterator[tuple[int, int, int]]:
    """Column, upper and lower row of every column that the band crosses."""
    if not points:
        return
    at = 0
    for column in range(max(0, frame.column(points[0][0])), min(frame.columns - 1, frame.column(points[-1][0])) + 1):
        x = frame.x[0] + (frame.x[1] - frame.x[0]) * column / max(1, frame.columns - 1)
        while at + 1 < len(points) - 1 and points[at + 1][0] <= x:
            at += 1
        (x0, low0, high0), (x1, low1, high1) = points[at], points[min(at + 1, len(points) - 1)]
        share = min(1.0, max(0.0, (x - x0) / (x1 - x0))) if x1 > x0 else 0.0
        yield column, frame.row(high0 + share * (high1 - high0)), frame.row(low0 + share * (low1 - low0))
