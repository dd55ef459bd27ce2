"""The figures of every rung of an ablation's ladder, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tui.charts.frame import BLANK, Rows
from tui.charts.ink import Ink, style
from tui.charts.ladder import ablation_of
from tui.charts.pool import Pool
from tui.charts.scene import Scene
from tui.charts.table import Figure, Table
from tui.charts.words import cells

if TYPE_CHECKING:  # the analysis is imported when it is first asked for, not before the first paint
    from trainer.analysis.ablation import Ablation
    from trainer.analysis.intervals import Estimate
    from tui.charts.pages import Drawing

FIGURES = (("best_val_acc", "val %"), ("best_gap", "gap pp"), ("test_acc", "test %"), ("best_fit_acc", "train %"))
"""Metrics of a rung in the order in which they find room, and their titles."""


@dataclass(frozen=True)
class RungsPane:
    """One row a rung of the ladder."""

    def drawing(self, scene: Scene, ink: Ink, before: Drawing | None) -> Drawing | None:
        """Nothing but of an ablation."""
        return RungsPlot(scene.pool, ink) if scene.pool is not None and scene.pool.ablated else None

    def table(self, scene: Scene) -> Table:
        """Mean and deviation of each figure."""
        found = scene.pool and ablation_of(scene.pool)
        columns = ("rung", "seeds", *(f"{name}{part}" for name, _ in FIGURES for part in ("", " sd")))
        rows: list[tuple[Figure, ...]] = []
        for name, seeds, figures in _rungs(found) if found else ():
            values = [v for e in figures for v in ((e.mean, e.deviation) if e else (None, None))]
            rows.append((name, seeds, *values))
        return Table("rungs", columns, tuple(rows))


def _rungs(found: Ablation) -> list[tuple[str, int, list[Estimate | None]]]:
    from trainer.analysis.comparison import estimates
    from trainer.analysis.metrics import METRICS

    told = []
    for name, group in found.rungs:
        known = estimates(group, [METRICS[metric] for metric, _ in FIGURES], unfinished=True)
        told.append((name, len(group.runs), [known.get(metric) for metric, _ in FIGURES]))
    return told


@dataclass(frozen=True, eq=False)
class RungsPlot:
    """The figures of every rung: mean ± deviation over seeds."""

    pool: Pool
    ink: Ink
    figures: Sequence[str] = ()
    marks: Sequence[tuple[str, str]] = ()
    words: str = " "
    title: str = "rungs of the ladder"

    def reading(self, run: int, figure: int) -> float | None:
        """The cursor reads epochs, which there are not."""
        return None

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """As many figures and rungs as fit."""
        found = ablation_of(self.pool)
        told = _rungs(found) if found else []
        texts: list[list[str]] = [["rung", "seeds", *(title for _, title in FIGURES)]]
        texts += [[name, str(seeds), *map(_written, figures)] for name, seeds, figures in told]
        widths = [max(cell_len(row[i]) for row in texts) + 2 for i in range(len(texts[0]))]
        while len(widths) > 2 and sum(widths) > width:
            widths.pop()
        judged = [figures[0].mean if figures[0] is not None else -inf for *_, figures in told]
        best = 1 + judged.index(max(judged)) if judged else 0
        lines: Rows = []
        for i, row in enumerate(texts[:height]):
            first, *others = zip(row, widths, strict=False)
            line = f" {first[0].ljust(first[1])}" + "".join(text.rjust(columns) for text, columns in others)
            look = style(ink.plain if i else ink.axes, bold=bool(i) and i == best)
            lines.append(cells([(line, look)], width))
        lines += [[BLANK] * width for _ in range(height - len(lines))]
        return lines


def _written(value: Estimate | None) -> str:
    if value is None:
        return "-"
    return f"{100 * value.mean:.2f}" + ("" if value.deviation is None else f" ±{100 * value.deviation:.2f}")
