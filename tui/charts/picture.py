"""The charts of a page put together: a row of words above each, beside or above each other as the shape asks."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from tui.charts.frame import BLANK, Rows
from tui.charts.ink import Ink, style
from tui.charts.legend import above
from tui.charts.missing import Missing
from tui.charts.pages import Drawing
from tui.charts.scene import Scene
from tui.charts.words import cells

SIDE_BY_SIDE = 84
"""Columns from which two charts stand beside each other."""
SMALLEST_CHART = 6
"""Rows that a chart needs."""


def picture(
    scene: Scene, drawings: Sequence[Drawing], width: int, height: int, ink: Ink, *, only: int | None = None
) -> Rows:
    """``height`` rows of ``width`` cells: legend or readout above the charts."""
    words = above(scene, drawings, width, height // 2, ink)
    rows = [*words, *charts(drawings, width, height - len(words), ink, only=only)][:height]
    if not scene.shown and scene.pool is None and scene.invitation and not isinstance(drawings[0], Missing):
        _invite(rows, scene.invitation, *_first_chart(width, height, only=only), ink)
    return rows


def _first_chart(width: int, height: int, *, only: int | None) -> tuple[int, int]:
    """Columns and rows of the first chart, the rows above it included."""
    if only is None and width >= SIDE_BY_SIDE:
        return (width - 1) // 2, height
    return width, height if only is not None or height - 1 < 2 * SMALLEST_CHART else height - height // 2


def _invite(rows: Rows, lines: Sequence[str], width: int, height: int, ink: Ink) -> None:
    """Words over the middle of the first chart, the first loudest."""
    longest = max(map(cell_len, lines)) + 4
    left, top = (width - longest) // 2, (height - len(lines)) // 2
    if left < 0 or top < 2:
        return
    for i, line in enumerate(("", *lines, "")):
        look = style(ink.plain, bold=True) if i == 1 else style(ink.axes)
        before = (longest - cell_len(line)) // 2
        rows[top + i][left : left + longest] = cells([(" " * before, None), (line, look)], longest)


def charts(drawings: Sequence[Drawing], width: int, height: int, ink: Ink, *, only: int | None = None) -> Rows:
    """``height`` rows of ``width`` cells; one chart alone where two do not fit, or ``only`` one."""
    if width < 12 or height < 4:
        return [[BLANK] * width for _ in range(height)]
    if all(isinstance(drawing, Missing) for drawing in drawings):
        drawings, only = drawings[:1], None
    if len(drawings) < 2 or only is not None:
        return framed(drawings[min(only or 0, len(drawings) - 1)], width, height, ink)
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
    if len(title) + len(note) + 3 > width:
        note = ""
    words = [(title, style(ink.plain, bold=True)), (note.rjust(width - len(title) - 1), style(ink.axes))]
    return [cells(words, width), *drawing.draw(width, height - 1, ink)]
