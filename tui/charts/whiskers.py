"""Differences with their intervals on one axis, a row each: what the field calls a forest plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style

from tui.charts.frame import BLANK, Cell
from tui.charts.ink import Ink, style
from tui.charts.scale import Limits, limits

if TYPE_CHECKING:
    from trainer.analysis.comparison import Comparison

WIDEST = 3
"""Intervals are drawn as far as this many times the largest mean: two seeds have one that says nothing."""


@dataclass(frozen=True)
class Whiskers:
    """Intervals on one axis, in points."""

    columns: int
    span: Limits
    ink: Ink

    def place(self, value: float) -> int:
        """The column of a value."""
        low, high = self.span
        return max(0, min(self.columns - 1, round((self.columns - 1) * (value - low) / (high - low))))

    def row(self, comparison: Comparison, look: Style) -> list[Cell]:
        """The interval, with the mean and zero marked."""
        left, middle, right, line, zero, before, behind = signs(self.ink)
        row: list[Cell] = [BLANK] * self.columns
        row[self.place(0.0)] = (zero, self.ink.faint(0.6))
        difference = comparison.difference
        if difference.interval is not None:
            low, high = 100 * difference.interval.low, 100 * difference.interval.high
            start, stop = self.place(low), self.place(high)
            row[start : stop + 1] = [(line, look)] * (stop + 1 - start)
            row[start] = (left if low >= self.span[0] else before, look)
            row[stop] = (right if high <= self.span[1] else behind, look)
        if difference.mean is not None:
            row[self.place(100 * difference.mean)] = (middle, look)
        return row

    def labels(self) -> list[Cell]:
        """The ends of the axis, and zero where it stands free of them."""
        low, high = self.span
        row: list[Cell] = [BLANK] * self.columns
        quiet = style(self.ink.axes)
        texts = [(_signed(low), 0), (_signed(high), self.columns)]
        ends = [(text, start if not start else start - len(text)) for text, start in texts]
        zero = self.place(0.0)
        free = ends[0][1] + len(ends[0][0]) < zero < ends[1][1] - 1
        for text, start in [*ends, *([("0", zero)] if free else [])]:
            row[start : start + len(text)] = [(letter, quiet) for letter in text]
        return row[: self.columns]


def _signed(value: float) -> str:
    return f"{value:+.2g}".replace("-", "−") if value else "0"


def signs(ink: Ink) -> tuple[str, ...]:
    """Left end, mean, right end, line, zero, and the ends of an interval that goes on beyond the axis."""
    return ("|", "o", "|", "-", ":", "<", ">") if ink.markers == "ascii" else ("├", "●", "┤", "─", "┊", "‹", "›")


def span_of(compared: Sequence[Comparison]) -> Limits:
    """All means and zero, and the intervals as far as they are drawn."""
    means = [100 * (c.difference.mean or 0.0) for c in compared]
    ends = [100 * end for c in compared if (i := c.difference.interval) is not None for end in (i.low, i.high)]
    most = WIDEST * max(map(abs, means))
    return limits([0.0, *means, *(max(-most, min(most, end)) for end in ends)])
