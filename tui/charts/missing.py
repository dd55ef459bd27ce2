"""A chart for which something is missing says what, and what to press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.charts.frame import BLANK, Rows
from tui.charts.ink import Ink, style
from tui.charts.words import cells, wrapped


@dataclass(frozen=True)
class Missing:
    """Words in the middle, the first loudest."""

    title: str
    lines: tuple[str, ...]
    marks: Sequence[tuple[str, str]] = ()
    figures: Sequence[str] = ()
    words: str = " "

    def reading(self, run: int, figure: int) -> float | None:
        """There is none."""
        return None

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """The words, as many as fit."""
        lines = [(line, i == 0) for i, text in enumerate(self.lines) for line in wrapped(text, max(1, width - 4))]
        top = max(0, (height - len(lines)) // 2)
        rows: Rows = [[BLANK] * width for _ in range(height)]
        for y, (line, first) in enumerate(lines[:height]):
            look = style(ink.plain, bold=True) if first else style(ink.axes)
            rows[top + y] = cells([(" " * ((width - len(line)) // 2), None), (line, look)], width)
        return rows
