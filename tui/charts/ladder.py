"""What each regularizer contributes: the comparisons of an ablation, a row each, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from rich.style import Style

from tui.charts.frame import BLANK, Rows
from tui.charts.ink import Ink, style
from tui.charts.missing import Missing
from tui.charts.pool import Pool
from tui.charts.scene import Scene
from tui.charts.table import Figure, Table
from tui.charts.whiskers import Whiskers, signs, span_of
from tui.charts.words import cells, cut

if TYPE_CHECKING:  # the analysis is imported when it is first asked for, not before the first paint
    from trainer.analysis.ablation import Ablation
    from trainer.analysis.comparison import Comparison
    from tui.charts.pages import Drawing

JUDGE = "best_val_acc"
"""``DEFAULT_METRIC`` of the analysis."""
NONE_YET = ("no two rungs of the ladder can be compared yet", "each needs a finished epoch")
HOW, MOVED, VERDICT = 9, 10, 11
"""Columns of how it is compared, of the difference, and of the verdict."""
NARROWEST_WHISKERS = 14
GOOD, BAD = 2, 5
"""Places in the palette."""


@lru_cache(maxsize=8)
def ablation_of(pool: Pool) -> Ablation | None:
    """What the ladder comes to so far; None when the pool is of no ladder."""
    from trainer.analysis.ablation import ablation
    from trainer.analysis.metrics import METRICS

    if pool.ablated is None:
        return None
    return ablation(pool.ablated, pool.runs, METRICS[JUDGE], unfinished=True)


@dataclass(frozen=True)
class ContributionsPane:
    """One row a comparison."""

    def drawing(self, scene: Scene, ink: Ink, before: Drawing | None) -> Drawing | None:
        """Nothing but of an ablation."""
        return ContributionsPlot(scene.pool, ink) if scene.pool is not None and scene.pool.ablated else None

    def table(self, scene: Scene) -> Table:
        """Every comparison with its interval, in shares of 1."""
        found = scene.pool and ablation_of(scene.pool)
        title = "contributions"
        if not found:
            return Table(title, ("contribution",), (), NONE_YET)
        columns = (
            "contribution", "compared", "difference", "low", "high", "verdict", "seeds", "p", "with", "against",
            f"{JUDGE} with", f"{JUDGE} against",
        )  # fmt: skip
        rows = tuple(_tidy(name, how, comparison) for name, how, comparison in found.rows)
        said = dict.fromkeys(text for *_, c in found.rows for text in (c.verdict.text, *c.warnings))
        return Table(title, columns, rows, tuple(said))


def _tidy(name: str, how: str, comparison: Comparison) -> tuple[Figure, ...]:
    d = comparison.difference
    against, with_it = d.means or (None, None)
    low, high = (d.interval.low, d.interval.high) if d.interval is not None else (None, None)
    return (
        name, how, d.mean, low, high, comparison.verdict.outcome, min(d.counts), d.p, comparison.other,
        comparison.baseline, with_it, against,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class ContributionsPlot:
    """What each regularizer does to validation accuracy, alone and on top of the others, with its interval."""

    pool: Pool
    ink: Ink
    figures: Sequence[str] = ()

    @cached_property
    def ablation(self) -> Ablation | None:
        """What the runs come to."""
        return ablation_of(self.pool)

    @property
    def title(self) -> str:
        """What is compared."""
        return "contributions, points of validation accuracy"

    @property
    def marks(self) -> Sequence[tuple[str, str]]:
        """How an interval looks."""
        return (("".join(signs(self.ink)[:3]), "95 %"),)

    @property
    def words(self) -> str:
        """How many seeds say so."""
        rows = self.ablation.rows if self.ablation else ()
        seeds = sorted({min(c.difference.counts) for *_, c in rows})
        if not seeds:
            return " "
        count = f"{seeds[0]}" if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"
        best = max(rows, key=lambda row: row[2].difference.mean or 0.0)
        most = f"most: {best[0]} {best[2].moved}   " if (best[2].difference.mean or 0.0) > 0 else ""
        return f"{most}{count} seed{'s' * (seeds != [1])} a rung, paired"

    def reading(self, run: int, figure: int) -> float | None:
        """The cursor reads epochs, which there are not."""
        return None

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """A row a comparison; the whiskers where there is room for them, with their axis below."""
        rows = self.ablation.rows if self.ablation else ()
        if not rows:
            return Missing(self.title, NONE_YET).draw(width, height, ink)
        name = min(16, max(len(part) for part, *_ in rows)) + 2
        words = name + HOW + MOVED + VERDICT
        room = width - words - 2
        axis = Whiskers(room, span_of([c for *_, c in rows]), ink) if room >= NARROWEST_WHISKERS else None
        kept = rows[: max(1, height - (2 if axis else 1))]
        lines: Rows = []
        for i, (part, how, comparison) in enumerate(kept):
            told = part if not i or kept[i - 1][0] != part else ""
            look = _look(comparison, ink)
            left = cells(
                [
                    (f" {cut(told, name - 1)}", style(ink.plain)),
                    (how.ljust(HOW), style(ink.axes)),
                    (comparison.moved.rjust(MOVED - 1) + " ", look),
                    (comparison.verdict.outcome.ljust(VERDICT), look),
                ],
                words,
            )
            lines.append([*left, *(axis.row(comparison, look) if axis else []), BLANK, BLANK][:width])
        if len(kept) < len(rows):
            lines.append(cells([(f" +{len(rows) - len(kept)} more: z, or T as text", style(ink.axes))], width))
        if axis:
            lines.append([BLANK] * words + axis.labels() + [BLANK] * 2)
        lines += [[BLANK] * width for _ in range(height - len(lines))]
        return [row + [BLANK] * (width - len(row)) for row in lines[:height]]


def _look(comparison: Comparison, ink: Ink) -> Style:
    outcome = comparison.verdict.outcome
    if outcome in ("better", "worse"):
        return style(ink.palette[GOOD if outcome == "better" else BAD], bold=True)
    return style(ink.plain if outcome == "changed" else ink.axes)
