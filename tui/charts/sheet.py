"""A widget of ready cells, which repaints only where they differ from those before."""

from __future__ import annotations

from itertools import groupby

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.charts.frame import Rows


class Sheet(Widget):
    """``put`` says what it shows."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rows: Rows = []

    def blank(self) -> None:
        """Nothing is shown until the next ``put``, which paints everything."""
        self._rows = []

    def put(self, rows: Rows) -> None:
        """Refresh only the spans of cells that differ."""
        before, self._rows = self._rows, rows
        for y, row in enumerate(rows):
            old = before[y] if y < len(before) else []
            if len(old) != len(row):
                self.refresh(Region(0, y, self.size.width, 1))
            elif old != row:
                changed = [x for x, (a, b) in enumerate(zip(old, row, strict=True)) if a != b]
                self.refresh(Region(changed[0], y, changed[-1] - changed[0] + 1, 1))

    def render_line(self, y: int) -> Strip:
        """One row of the picture."""
        segments: list[Segment] = []
        if y < len(self._rows):
            for look, cells in groupby(self._rows[y], key=lambda cell: cell[1]):
                assert look is None or isinstance(look, Style)
                segments.append(Segment("".join(c for c, _ in cells), look))
        return Strip(segments).adjust_cell_length(self.size.width).apply_style(self.rich_style)
