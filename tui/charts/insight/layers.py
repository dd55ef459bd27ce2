"""The weights of every layer: how they are distributed, and what they come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from math import log10
from typing import TYPE_CHECKING

from trainer.insight import Histogram, LayerInsight
from tui.charts.frame import GUTTER, Frame, Rows, axes
from tui.charts.ink import Ink, style
from tui.charts.insight.still import InsidePane, Still, blank
from tui.charts.layer import Line, lay
from tui.charts.raster import spark
from tui.charts.scale import limits
from tui.charts.scene import Scene
from tui.charts.table import Table
from tui.charts.words import cells, cut
from tui.harmless import harmless

if TYPE_CHECKING:
    from tui.charts.pages import Drawing

NONE_YET = "There is no insight into the selected run: it comes while a run trains and page 7, 8 or 9 is shown."
SMALLEST_CHART = 3
"""Rows that the histogram needs beside the table."""
NAME = 9
TREND = 14


class LayersPane(InsidePane):
    """Histograms above a table; the table alone, with small histograms in it, where there is little room."""

    def drawing(self, scene: Scene, ink: Ink, before: Drawing | None) -> LayersPlot | None:
        """None without an insight."""
        insight = scene.insight
        if insight is None:
            return None
        history = scene.shown[0].history
        norms = tuple(
            history.epochs.layer("weight_norm", place) for place in range(len(insight.layers) if history.epochs else 0)
        )
        seen = [trace.sparsity for trace in history.traces if len(trace.sparsity) == len(insight.layers)]
        sparsities = tuple(zip(*seen, strict=True))
        ends = [end for found in insight.layers for end in (found.histogram.low, found.histogram.high)]
        return LayersPlot(
            title=f"weights after epoch {insight.epoch}",
            marks=(("", "count, logarithmic"),),
            layers=insight.layers,
            lines=tuple(_outline(found.histogram, i) for i, found in enumerate(insight.layers)),
            x_limits=limits(ends, before.x_limits if isinstance(before, LayersPlot) else None),
            norms=norms,
            sparsities=sparsities,
        )

    def table(self, scene: Scene) -> Table:
        """A row a layer."""
        found = scene.alone.insight
        columns = ("layer", "weights", "norm", "zero %", "near 0 %", "units", "dead")
        rows = (
            (f.name, f.weights, f.norm, 100 * f.sparsity, 100 * f.near_zero, f.units, f.dead)
            for f in (found.layers if found else ())
        )
        return Table("layers", columns, tuple(rows), (NONE_YET,))


def _outline(histogram: Histogram, colour: int) -> Line:
    """The upper edge of the bars; bars without weights are gaps."""
    width = (histogram.high - histogram.low) / len(histogram.counts)
    x = [histogram.low + (i + end) * width for i in range(len(histogram.counts)) for end in (0, 1)]
    return Line(x, [float(count) for count in histogram.counts for _ in (0, 1)], colour, solid=True)


@dataclass(frozen=True)
class Column:
    """A figure of the table."""

    title: str
    width: int
    figure: Callable[[LayerInsight], str]


COLUMNS = (
    Column("norm", 8, lambda found: f"{found.norm:.3g}"),
    Column("zero %", 8, lambda found: f"{100 * found.sparsity:.2f}"),
    Column("dead", 10, lambda found: "" if found.dead is None else f"{found.dead}/{found.units}"),
    Column("near 0 %", 10, lambda found: f"{100 * found.near_zero:.2f}"),
    Column("weights", 11, lambda found: f"{found.weights:,}"),
)
"""Those that matter least last."""


@dataclass(frozen=True)
class LayersPlot(Still):
    """Ready to be drawn."""

    layers: tuple[LayerInsight, ...]
    lines: tuple[Line, ...]
    x_limits: tuple[float, float]
    norms: tuple[Sequence[float], ...]
    """Of each layer, over the epochs."""
    sparsities: tuple[tuple[float, ...], ...]
    """Of each layer, over the insights that there were."""

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """Chart and table."""
        table = len(self.layers) + 1
        if height - table < SMALLEST_CHART:
            return self._table(width, height, ink, small=True)
        return self._chart(width, height - table, ink) + self._table(width, table, ink, small=False)

    def _chart(self, width: int, height: int, ink: Ink) -> Rows:
        most = max((max(found.histogram.counts) for found in self.layers), default=1)
        top = log10(max(10, most)) * 1.05
        marks = ink.marks
        frame = Frame(width - GUTTER, height - 1, self.x_limits, (0.0, top), marks.across, marks.up)
        rows = axes(frame, ink, log=True, whole=False, name="w")
        for line in self.lines:  # one by one, for curves drawn together hide each other where they meet
            lay(rows, (line,), frame, ink, log=True)
        return rows

    def _table(self, width: int, height: int, ink: Ink, *, small: bool) -> Rows:
        bars = min(39, max(8, width - 3 - NAME - sum(c.width for c in COLUMNS[:3]))) if small else 0
        columns = self._fitting(width - 3 - NAME - bars)
        room = width - 3 - NAME - bars - sum(c.width for c in columns)
        trends = (("norm by epoch", self.norms), ("zero % so far", self.sparsities))[: max(0, room) // (TREND + 2)]
        titles = "   layer".ljust(3 + NAME) + ("counts" if small else "").ljust(bars)
        titles += "".join(c.title.rjust(c.width) for c in columns)
        titles += "".join(f"  {text.ljust(TREND)}" for text, _ in trends)
        rows = [cells([(titles, style(ink.axes))], width)]
        for i, found in enumerate(islice(self.layers, height - 1)):
            parts: list[tuple[str, object]] = [
                (f" {ink.marks.run}", style(ink.colour(i))),
                (cut(f" {harmless(found.name)}", NAME + 1), style(ink.plain)),
                (_small(found.histogram, bars, ink), style(ink.colour(i))),
                ("".join(c.figure(found).rjust(c.width) for c in columns), style(ink.plain)),
            ]
            parts += [(f"  {self._trend(series, i, ink)}", style(ink.colour(i))) for _, series in trends]
            rows.append(cells(parts, width))
        return rows + blank(width, height - len(rows))

    def _fitting(self, room: int) -> tuple[Column, ...]:
        columns: list[Column] = []
        for column in COLUMNS:
            if sum(c.width for c in columns) + column.width <= room:
                columns.append(column)
        return tuple(columns)

    def _trend(self, series: Sequence[Sequence[float]], i: int, ink: Ink) -> str:
        return spark(series[i] if i < len(series) else (), TREND, ink)


def _small(histogram: Histogram, width: int, ink: Ink) -> str:
    return spark([log10(1 + count) for count in histogram.counts], width, ink)
