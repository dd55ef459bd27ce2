"""The charts of a page put together: a row of words above each, beside or above each other as the shape asks."""

from __future__ import annotations

from collections.abc import Sequence

from tui.charts.frame import BLANK, Cell, Rows
from tui.charts.ink import Ink, style
from tui.charts.pages import Drawing

SIDE_BY_SIDE = 84
"""Columns from which two charts stand beside each other."""
SMALLEST_CHART = 6
"""Rows that a chart needs."""


def picture(drawings: Sequence[Drawing], width: int, height: int, ink: Ink, *, only_first: bool = False) -> Rows:
    """``height`` rows of ``width`` cells; one chart alone where two do not fit."""
    if width < 12 or height < 4:
        return [[BLANK] * width for _ in range(height)]
    if len(drawings) < 2 or only_first:
        return framed(drawings[0], width, height, ink)
    first, second = drawings
    if width >= SIDE_BY_SIDE:
        left = framed(first, (width - 1) // 2, height, ink)
        right = framed(second, width - 1 - (width - 1) // 2, height, ink)
        return [[*a, BLANK, *b] for a, b in zip(left, right, strict=True)]
    if height >= 2 * SMALLEST_CHART:
        return framed(first, width, height - height // 2, ink) + framed(second, width, height // 2, ink)
    return framed(first, width, height, ink)


def framed(drawing: Drawing, width: int, height: int, ink: Ink) -> Rows:
    """The title, what the marks mean where there is room for it, and the chart."""
    title = f" {drawing.title}"
    note = "   ".join(f"{mark} {meaning}" for mark, meaning in drawing.marks)
    head = title + note.rjust(width - len(title) - 1) + " "
    if len(title) + len(note) + 3 > width:
        head = title
    bold, quiet = style(ink.plain, bold=True), style(ink.axes)
    cells: list[Cell] = [(c, bold if i < len(title) else quiet) for i, c in enumerate(head[:width].ljust(width))]
    return [cells, *drawing.draw(width, height - 1, ink)]
