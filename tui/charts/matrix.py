"""Two swept settings as a table of cells, each the warmer the better, with its value written in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

from rich.style import Style

from tui.charts.frame import BLANK, Cell, Rows
from tui.charts.ink import Ink, filled, mixed, style
from tui.charts.missing import Missing
from tui.charts.pool import Pool
from tui.charts.scene import Scene
from tui.charts.table import Table
from tui.charts.words import cells, cut

if TYPE_CHECKING:  # the analysis is imported when it is first asked for, not before the first paint
    from trainer.analysis.effect import Grid
    from trainer.analysis.intervals import Estimate
    from tui.charts.pages import Drawing

NARROWEST, WIDEST = 6, 14
"""Columns of a cell."""
LONGEST_NAME = 12
COMES = "two swept settings are drawn here"
NO_GRID = ("two settings must be swept to make a grid", "g on a setting, then g on a second one, then r")


@dataclass(frozen=True)
class GridPane:
    """One metric over two settings."""

    title: str
    metric: str
    """Its name; it is a share, shown in per cent."""

    def drawing(self, scene: Scene, ink: Ink, before: Drawing | None) -> Drawing:
        """The runs are taken as they are now; what they come to is found out while it is drawn."""
        if scene.pool is None and scene.swept > 1:
            return Missing(f"{self.title}: grid", (*scene.invitation[:1], COMES))
        if scene.pool is None or len(scene.pool.paths) < 2:
            return Missing(f"{self.title}: grid", NO_GRID)
        return GridPlot(self, scene.pool, scene.view.swept, ink)

    def table(self, scene: Scene) -> Table:
        """A row for every value of the first setting, a column for every value of the second."""
        found = scene.pool and grid_of(scene.pool, scene.view.swept, self.metric)
        if not found:
            return Table(f"{self.title}: grid", ("row",), (), NO_GRID)
        down, across = found.names
        columns = (down, *(f"{self.metric} {across} {label}" for label in found.columns))
        rows = [
            (label, *(e.mean if e else None for e in row))
            for label, row in zip(found.rows, found.cells, strict=True)
        ]  # fmt: skip
        return Table(f"{self.title}: {down} by {across}", columns, tuple(rows))


@lru_cache(maxsize=8)
def grid_of(pool: Pool, chosen: int, metric: str) -> Grid | None:
    """The settings with the most pairs of values, or the next ones, of the runs that are alike in all others."""
    from trainer.analysis.effect import grid
    from trainer.analysis.metrics import METRICS

    found = [
        made
        for pair in combinations(pool.paths, 2)
        if (made := grid(pool.runs, pair, METRICS[metric], around=pool.around, unfinished=True)) is not None
        and len(made.rows) > 1
        and len(made.columns) > 1
    ]
    found.sort(key=lambda made: -sum(cell is not None for row in made.cells for cell in row))
    return found[chosen % len(found)] if found else None


@dataclass(frozen=True, eq=False)
class GridPlot:
    """A heat map that can be read without colours."""

    pane: GridPane
    pool: Pool
    chosen: int
    ink: Ink
    figures: Sequence[str] = ()
    marks: Sequence[tuple[str, str]] = ()

    @cached_property
    def grid(self) -> Grid | None:
        """What the runs come to."""
        return grid_of(self.pool, self.chosen, self.pane.metric)

    @property
    def title(self) -> str:
        """The metric."""
        return self.pane.title if self.grid else f"{self.pane.title}: grid"

    @property
    def words(self) -> str:
        """Which setting is where, and which cell is best."""
        if self.grid is None:
            return " "
        down, across = self.grid.names
        if self.grid.best is None:
            return f"{down} by {across}"
        row, column = self.grid.best
        pair = f"{down} {self.grid.rows[row]}, {across} {self.grid.columns[column]}"
        return f"{self.ink.marks.best} best: {pair}"

    def reading(self, run: int, figure: int) -> float | None:
        """The cursor reads epochs, which there are not."""
        return None

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """As many rows and columns as fit; the last says how many do not."""
        found = self.grid
        if found is None:
            return Missing(self.title, NO_GRID).draw(width, height, ink)
        name = min(LONGEST_NAME, max(len(found.names[0]), *map(len, found.rows))) + 1
        count = min(len(found.columns), max(1, (width - name - 1) // NARROWEST))
        wide = min(WIDEST, (width - name - 1) // count)
        rows = min(len(found.rows), max(1, height - 2))
        high = min(3, max(1, (height - 2) // rows))
        labels = [" " + cut(label, wide - 1).rstrip().rjust(wide - 1) for label in found.columns[:count]]
        head = f" {cut(found.names[0], name - 1)} "[: name + 1] + "".join(labels)
        lines: Rows = [cells([(head, style(ink.axes))], width)]
        for i in range(rows):
            lines += self._row(found, i, count, (name, wide, high), width, ink)
        left = [(len(found.rows) - rows, "rows"), (len(found.columns) - count, "columns")]
        more = ", ".join(f"+{n} {what}" for n, what in left if n)
        lines.append(cells([(" " * (name + 1) + (more or found.names[1]), style(ink.axes))], width))
        lines += [[BLANK] * width for _ in range(height - len(lines))]
        return lines[:height]

    def _row(self, found: Grid, i: int, count: int, size: tuple[int, int, int], width: int, ink: Ink) -> Rows:
        """The lines of one row; the value stands in the middle one."""
        name, wide, high = size
        lines: Rows = []
        for line in range(high):
            middle = line == (high - 1) // 2
            label = found.rows[i] if middle else ""
            row: list[Cell] = cells([(f" {cut(label, name - 1)} ", style(ink.axes))], name + 1)
            for j in range(count):
                text = self._value(found, i, j, wide, ink) if middle else ""
                row += cells([(text.center(wide - 1), self._look(found, i, j, ink)), (" ", None)], wide)
            lines.append(row + [BLANK] * (width - len(row)))
        return lines

    def _value(self, found: Grid, i: int, j: int, wide: int, ink: Ink) -> str:
        cell = found.cells[i][j]
        if cell is None:
            return "-"
        sign = ink.marks.best if found.best == (i, j) else ""
        digits = 2 if wide >= 8 else 1
        text = f"{sign}{100 * cell.mean:.{digits}f}"
        if cell.deviation is not None and wide >= 13:
            text += f" ±{100 * cell.deviation:.{digits}f}"
        return text

    def _look(self, found: Grid, i: int, j: int, ink: Ink) -> Style:
        """The better the more of the accent; without quiet colours the best alone is marked."""
        cell, best = found.cells[i][j], found.best == (i, j)
        if cell is None or not ink.quiet:
            return style(ink.plain if best else ink.axes, bold=best)
        share = self._goodness(found, cell)
        ground = mixed(ink.palette[0], ink.ground, 0.08 + 0.67 * share)
        return filled(ink.ground if share > 0.6 else ink.plain, ground, bold=best)

    def _goodness(self, found: Grid, cell: Estimate) -> float:
        means = [e.mean for row in found.cells for e in row if e is not None]
        low, high = min(means), max(means)
        share = (cell.mean - low) / (high - low) if high > low else 0.5
        return share if found.metric.better >= 0 else 1 - share


GRID = (
    GridPane("validation accuracy %", "best_val_acc"),
    GridPane("gap, points of accuracy", "best_gap"),
)
