"""What becomes of wrong labels: whether the network learns them by heart, or the truth in spite of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trainer.insight import Memorisation
from tui.charts.frame import GUTTER, Frame, Rows, axes
from tui.charts.ink import Ink, style
from tui.charts.insight.still import InsidePane, Still, words
from tui.charts.layer import Line, lay
from tui.charts.scene import Scene
from tui.charts.words import cells

if TYPE_CHECKING:
    from tui.charts.pages import Drawing

NAMES = ("right labels learned", "wrong labels memorised", "wrong labels seen through")
COLOURS = (0, 5, 2)
"""Places in the palette."""


class MemorisationPane(InsidePane):
    """Three shares of the training examples, over the epochs that were looked into."""

    def drawing(self, scene: Scene, ink: Ink, before: Drawing | None) -> MemorisationPlot | None:
        """None without an insight, and without label noise."""
        insight = scene.insight
        if insight is None or insight.memorisation is None:
            return None
        history = scene.shown[0].history
        seen = [(t.epoch, t.memorisation) for t in history.traces if t.memorisation]
        x = [float(epoch) for epoch, _ in seen]
        shares = zip(*(_shares(found) for _, found in seen), strict=True)
        lines = tuple(Line(x, y, colour, solid=True) for y, colour in zip(shares, COLOURS, strict=True))
        end = max([2.0, *x] if history.ended else [2.0, float(history.config.epochs)])
        return MemorisationPlot("training labels, % predicted", (), insight.memorisation, lines, (1.0, end))


def _shares(found: Memorisation) -> tuple[float, float, float]:
    return 100 * found.clean_accuracy, 100 * found.memorised, 100 * found.recovered


@dataclass(frozen=True)
class MemorisationPlot(Still):
    """Ready to be drawn."""

    now: Memorisation
    lines: tuple[Line, ...]
    x_limits: tuple[float, float]

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """The curves above a legend with the latest figures."""
        counts = (self.now.clean, self.now.corrupted, self.now.corrupted)
        table = [
            cells(
                [
                    (f" {ink.marks.run} {name}", style(ink.colour(colour))),
                    (f"  {share:.1f} % of {count:,}", style(ink.plain)),
                ],
                width,
            )
            for name, colour, share, count in zip(NAMES, COLOURS, _shares(self.now), counts, strict=True)
        ]
        if height < len(table) + 4:
            return (table + [words("", width, ink)] * height)[:height]
        frame = Frame(
            width - GUTTER, height - len(table) - 1, self.x_limits, (0.0, 100.0), ink.marks.across, ink.marks.up
        )
        rows = axes(frame, ink, log=False, whole=True, name="epoch")
        for line in self.lines:
            lay(rows, (line,), frame, ink, log=False)
        return rows + table
