"""Which classes are taken for which: the confusion matrix as a heat map, and its largest mistakes in words."""

from __future__ import annotations

from dataclasses import dataclass
from math import log1p
from typing import TYPE_CHECKING

from trainer.insight import Predictions
from tui.charts.frame import Rows
from tui.charts.ink import Ink, mixed, style
from tui.charts.insight.classes import class_name
from tui.charts.insight.layers import NONE_YET
from tui.charts.insight.still import InsidePane, Still, blank, words
from tui.charts.raster import blocks, pair
from tui.charts.scene import Scene
from tui.charts.table import Figure, Table
from tui.charts.words import cells, cut

if TYPE_CHECKING:
    from tui.charts.pages import Drawing

NAME = 8
MARGIN = 3
BESIDE = 16
"""Columns of a mistake in words."""
DIAGONAL, MISTAKES = 0, 5
"""Places in the palette."""


class ConfusionPane(InsidePane):
    """Of the validation examples."""

    def drawing(self, scene: Scene, ink: Ink, before: Drawing | None) -> ConfusionPlot | None:
        """None without an insight, and where the plane tells more."""
        insight = scene.insight
        if insight is None or insight.predictions is None or insight.plane is not None:
            return None
        dataset = scene.shown[0].history.config.data.dataset
        counts = insight.predictions.confusion
        return ConfusionPlot(
            title=f"validation after epoch {insight.epoch}",
            marks=(("", "row true, column predicted"),),
            predictions=insight.predictions,
            names=tuple(class_name(dataset, i) for i in range(len(counts))),
        )

    def table(self, scene: Scene) -> Table:
        """A row a true class, a column a predicted one."""
        insight, chosen = scene.alone.insight, scene.chosen
        counts = insight.predictions.confusion if insight and insight.predictions else ()
        dataset = chosen.history.config.data.dataset if chosen else ""
        names = tuple(class_name(dataset, i) for i in range(len(counts)))
        rows: tuple[tuple[Figure, ...], ...] = tuple((name, *row) for name, row in zip(names, counts, strict=True))
        return Table("confusion", ("true", *(f"as {name}" for name in names)), rows, (NONE_YET,))


@dataclass(frozen=True)
class ConfusionPlot(Still):
    """Ready to be drawn."""

    predictions: Predictions
    names: tuple[str, ...]

    @property
    def _worst(self) -> int:
        counts = self.predictions.confusion
        return max((n for i, row in enumerate(counts) for j, n in enumerate(row) if i != j), default=0)

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """With numbers where they find room, else as colours beside words, else words."""
        counts = self.predictions.confusion
        column = max(len(str(count)) for row in counts for count in row) + 2
        label = min(NAME, max(map(len, self.names))) + 2
        if width >= label + column * len(counts) and height >= len(counts) + 1:
            return self._numbers(width, height, label, column, ink)
        small = self._small(ink)
        beside = width - len(small[0])
        if height < len(small) or beside < BESIDE:
            return self._said(width, height, ink)
        small += blank(len(small[0]), height - len(small))
        return [[*left, *right] for left, right in zip(small, self._said(beside, height, ink), strict=True)]

    def _heat(self, true: int, predicted: int, ink: Ink) -> str:
        """What is right goes by the share of its class, what is wrong by the most frequent mistake."""
        row = self.predictions.confusion[true]
        if true == predicted:
            return mixed(ink.colour(DIAGONAL), ink.ground, round(0.55 * row[true] / max(1, sum(row)), 2))
        share = row[predicted] / max(1, self._worst)
        return mixed(ink.colour(MISTAKES), ink.ground, round(0.1 + 0.7 * share, 2)) if row[predicted] else ink.ground

    def _numbers(self, width: int, height: int, label: int, column: int, ink: Ink) -> Rows:
        names = [cut(name, min(column - 1, len(name))) for name in self.names]
        head = "".join(name.rjust(column) for name in names) + "   right %"
        rows = [cells([(" " * label + head, style(ink.axes))], width)]
        spread, nothing = height >= 2 * len(names) + 2, "." if ink.markers == "ascii" else "·"
        for i, counts in enumerate(self.predictions.confusion):
            parts: list[tuple[str, object]] = [(cut(self.names[i], label - 2).rjust(label - 1) + " ", style(ink.axes))]
            for j, count in enumerate(counts):
                look = style(ink.plain) if ink.ramp else pair(ink.plain, self._heat(i, j, ink), bold=i == j)
                parts.append((f"{count or nothing} ".rjust(column), look))
            parts.append((f"{100 * counts[i] / max(1, sum(counts)):9.1f}", style(ink.plain)))
            rows.append(cells(parts, width))
            if spread and not ink.ramp:
                grounds = [(" " * column, pair(ink.plain, self._heat(i, j, ink))) for j in range(len(counts))]
                rows.append(cells([(" " * label, None), *grounds], width))
        return [*rows, *self._said(width, height - len(rows), ink)]

    def _small(self, ink: Ink) -> Rows:
        """Two columns a class: colours at half height, or characters."""
        heads = "".join(cut(name, 1) + " " for name in self.names)
        rows = [cells([(" " * MARGIN + heads, style(ink.axes))], MARGIN + len(heads))]
        if ink.ramp:
            marks = " .:-=+*#%@"
            most = log1p(max(map(max, self.predictions.confusion)))
            for name, counts in zip(self.names, self.predictions.confusion, strict=True):
                row = "".join(marks[round(log1p(count) / most * (len(marks) - 1))] + " " for count in counts)
                rows.append(
                    cells([(cut(name, 1).ljust(MARGIN), style(ink.axes)), (row, style(ink.plain))], len(rows[0]))
                )
            return rows
        size = len(self.names)
        heat = [[self._heat(i, j, ink) for j in range(size) for _ in range(2)] for i in range(size)]
        for y, colours in enumerate(blocks(heat, ink)):
            both = "".join(cut(name, 1) for name in self.names[2 * y : 2 * y + 2])
            rows.append([*cells([(both, style(ink.axes))], MARGIN), *colours])
        return rows

    def _said(self, width: int, height: int, ink: Ink) -> Rows:
        """The largest mistakes, as many as find room."""
        counts = self.predictions.confusion
        size = range(len(counts))
        worst = sorted(((counts[i][j], i, j) for i in size for j in size if i != j and counts[i][j]), reverse=True)
        total, right = sum(map(sum, counts)), sum(counts[i][i] for i in size)
        texts = [f"{self.names[i]} as {self.names[j]}: {count}" for count, i, j in worst]
        rows = [words(f"{total - right:,} of {total:,} wrong", width, ink, loud=True)]
        beside = max(1, width // BESIDE)
        lines = (texts[start : start + beside] for start in range(0, len(texts), beside))
        rows += [words("".join(text.ljust(BESIDE) for text in line), width, ink) for line in lines]
        return (rows + blank(width, max(0, height - len(rows))))[: max(0, height)]
