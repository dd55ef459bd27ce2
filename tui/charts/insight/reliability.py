"""How far the network's confidence can be believed: the reliability diagram (Guo et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING

from trainer.insight import Calibration
from tui.charts.frame import GUTTER, Frame, Rows, axes
from tui.charts.ink import Ink
from tui.charts.insight.layers import NONE_YET
from tui.charts.insight.still import InsidePane, Still, joined, words
from tui.charts.layer import Line, lay
from tui.charts.raster import spark
from tui.charts.scene import Scene
from tui.charts.table import Table
from tui.charts.words import cells

if TYPE_CHECKING:
    from tui.charts.pages import Drawing


class ReliabilityPane(InsidePane):
    """Accuracy over confidence."""

    def drawing(self, scene: Scene, ink: Ink, before: Drawing | None) -> ReliabilityPlot | None:
        """None without an insight."""
        insight = scene.insight
        if insight is None or insight.predictions is None:
            return None
        found, colour = insight.predictions.calibration, scene.shown[0].colour
        filled = [(b.confidence, b.accuracy) for b in found.bins if b.count]
        ideal = Line((0.0, 1.0), (0.0, 1.0), 7, solid=True, raw=True)
        gaps = (Line((p, p), (p, right), colour, solid=True) for p, right in filled)
        bins = Line([p for p, _ in filled], [right for _, right in filled], colour, solid=False)
        return ReliabilityPlot(
            title=f"calibration after epoch {insight.epoch}",
            marks=((ink.marks.samples[1], "accuracy by confidence"), (ink.marks.samples[0], "as it should be")),
            calibration=found,
            lines=(ideal, *gaps),
            bins=bins,
        )

    def table(self, scene: Scene) -> Table:
        """A row a bin that is not empty."""
        insight = scene.alone.insight
        bins = insight.predictions.calibration.bins if insight and insight.predictions else ()
        rows = (
            (f"{i / len(bins):.3f} to {(i + 1) / len(bins):.3f}", b.count, b.confidence, b.accuracy)
            for i, b in enumerate(bins)
            if b.count
        )
        return Table("calibration", ("confidence in", "examples", "confidence", "accuracy"), tuple(rows), (NONE_YET,))


@dataclass(frozen=True)
class ReliabilityPlot(Still):
    """Ready to be drawn."""

    calibration: Calibration
    lines: tuple[Line, ...]
    """The diagonal, and from it to each bin."""
    bins: Line

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """The diagram, where the examples lie below it, and the error in words."""
        strip = int(height >= 8)
        frame = Frame(width - GUTTER, height - 2 - strip, (0.0, 1.0), (0.0, 1.0), ink.marks.across, ink.marks.up)
        rows = axes(frame, ink, log=False, whole=False, name="conf.")
        for lines in (self.lines, (self.bins,)):
            lay(rows, lines, frame, ink, log=False)
        if strip:
            rows.append(self._counts(width, frame.columns, ink))
        return [*rows, words(self._summary(width), width, ink, loud=True)]

    def _counts(self, width: int, columns: int, ink: Ink) -> list[tuple[str, object]]:
        """How many examples each bin has (by the logarithm), each over its own stretch of the axis."""
        bins = self.calibration.bins
        heights = [log10(1 + bins[min(len(bins) - 1, x * len(bins) // columns)].count) for x in range(columns)]
        bars = (spark(heights, columns, ink), ink.faint(0.7))
        return cells([("count".rjust(GUTTER - 2) + "  ", ink.faint(0.7)), bars], width)

    def _summary(self, width: int) -> str:
        found = self.calibration
        gap = 100 * (found.confidence - found.accuracy)
        verdict = "over-confident" if gap > 0 else "under-confident"
        ece = f"ECE {100 * found.ece:.1f} %"
        means = f"confidence {100 * found.confidence:.1f} %, accuracy {100 * found.accuracy:.1f} %"
        return joined([ece, means, f"{verdict} by {abs(gap):.1f} points"], width)
