"""How the network cuts a toy set's plane: its decision boundary, with training and validation points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainer.insight import Plane, Points, Predictions
from tui.charts.frame import BLANK, Rows
from tui.charts.ink import Ink, mixed, style
from tui.charts.insight.still import InsidePane, Still, joined, words
from tui.charts.raster import blocks, linear, pair, pixel_rows, scaled
from tui.charts.scene import Scene

if TYPE_CHECKING:
    from tui.charts.pages import Drawing

STEPS = 3
"""Shades of a class between undecided and sure."""
STRONGEST = 0.5
"""Share of its colour that a class has where the network is sure: points must stand out."""
CELLS_A_POINT = 10
"""Of the picture, for each training point; a validation point gets twice as many."""
RAMPS = (" .", "#+", "/-", "=~")
"""For each class, in characters: sure and less so."""
DIGITS, LETTERS = "0123", "abcd"
"""Training and validation points of each class, in characters."""


class PlanePane(InsidePane):
    """Redrawn with every insight."""

    def drawing(self, scene: Scene, ink: Ink, before: Drawing | None) -> PlanePlot | None:
        """None without an insight, and for images."""
        insight = scene.insight
        if insight is None or insight.plane is None or insight.predictions is None:
            return None
        train, validation = ("0", "a") if ink.ramp else _marks(ink)
        return PlanePlot(
            title=f"decision boundary after epoch {insight.epoch}",
            marks=((train, "train"), (validation, "validation")),
            plane=insight.plane,
            predictions=insight.predictions,
        )


def _marks(ink: Ink) -> tuple[str, str]:
    return ("■", "+") if ink.markers == "dots" else ("●", "○")


@dataclass(frozen=True)
class View:
    """Where the grid lies on the cells: its middle in the middle, its pixels square, the whole height in sight."""

    columns: int
    rows: int
    grid: tuple[int, int]
    """Columns and rows of the grid."""

    @property
    def scale(self) -> float:
        """Columns of the screen for one of the grid: the square around the points is never cut."""
        return min(2 * self.rows / self.grid[1], self.columns / self.grid[1])

    @property
    def used(self) -> tuple[int, int]:
        """Columns and rows of the screen that the grid fills."""
        columns, rows = (int(self.scale * side) for side in self.grid)
        return min(self.columns, columns), min(self.rows, rows // 2)

    def cell(self, x: float, y: float) -> tuple[int, int]:
        """Column and row of a place within the used part; x from the left and y from below, both as shares."""
        columns, rows = self.used
        across = (x - 0.5) * self.grid[0] * self.scale + columns / 2
        return int(across // 1), int((1 - y) * rows // 1)


@dataclass(frozen=True)
class PlanePlot(Still):
    """Ready to be drawn."""

    plane: Plane
    predictions: Predictions

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """The plane in the middle, and below it what the network gets wrong."""
        view = View(width, height - 1, (self.plane.columns, self.plane.rows))
        columns, rows = view.used
        picture = self._regions(view, ink)
        train, validation = (DIGITS, LETTERS) if ink.ramp else tuple(mark * 4 for mark in _marks(ink))
        most = columns * rows // CELLS_A_POINT
        self._scatter(picture, view, self.plane.validation, most // 2, validation, ink)
        self._scatter(picture, view, self.plane.train, most, train, ink)
        left, top = (width - columns) // 2, (height - 1 - rows) // 2
        full: Rows = [[BLANK] * width for _ in range(height - 1)]
        for y, row in enumerate(picture):
            full[top + y][left : left + columns] = row
        return [*full, words(self._summary(width), width, ink)]

    def _regions(self, view: View, ink: Ink) -> Rows:
        columns, rows = view.used
        pixels = pixel_rows(rows, ink)
        wide, tall = view.grid
        across = linear([wide / 2 + (x + 0.5 - columns / 2) / view.scale for x in range(columns)], wide)
        down = linear([(y + 0.5) * tall / pixels for y in range(pixels)], tall)
        planes = [scaled(values, wide, across, down) for values in self.plane.probabilities]
        winners = [[_winner(values) for values in zip(*lines, strict=True)] for lines in zip(*planes, strict=True)]
        if ink.ramp:
            plain = style(ink.axes)
            return [[(RAMPS[c % 4][int(sure < 0.6)], plain) for c, sure in row] for row in winners]
        colours = [
            [mixed(ink.colour(c), ink.ground, round(sure * STEPS) / STEPS * STRONGEST) for c, sure in row]
            for row in winners
        ]
        return blocks(colours, ink)

    def _scatter(self, picture: Rows, view: View, points: Points, most: int, marks: Sequence[str], ink: Ink) -> None:
        columns, rows = view.used
        for i, label in enumerate(points.labels[:most]):
            x, y = (value / 255 for value in points.places[2 * i : 2 * i + 2])
            column, row = view.cell(x, y)
            if 0 <= column < columns and 0 <= row < rows:
                below = picture[row][column][1]
                ground = getattr(below, "bgcolor", None)
                mark = marks[label % 4]
                if ink.ramp or ground is None:
                    picture[row][column] = (mark, style(ink.plain, bold=True))
                else:
                    picture[row][column] = (mark, pair(ink.colour(label), ground.name, bold=True))

    def _summary(self, width: int) -> str:
        counts = self.predictions.confusion
        total, right = sum(map(sum, counts)), sum(row[i] for i, row in enumerate(counts))
        by_class = ", ".join(f"{sum(row) - row[i]} of class {i}" for i, row in enumerate(counts))
        wrong = f"{total - right:,} of {total:,} validation points wrong"
        return joined([wrong, f"({by_class})"], width)


def _winner(levels: Sequence[float]) -> tuple[int, float]:
    """The likeliest class, and how far it is from undecided (0) to sure (1)."""
    best = max(range(len(levels)), key=levels.__getitem__)
    chance = 1 / len(levels)
    return best, max(0.0, (levels[best] / 255 - chance) / (1 - chance))
