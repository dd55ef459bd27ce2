"""What a swept setting does: figures over its values, with their spread over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf, log10, nan
from typing import TYPE_CHECKING

from tui.charts.frame import GUTTER, Frame, Rows, axes
from tui.charts.ink import Ink, style
from tui.charts.layer import Line, layer
from tui.charts.missing import Missing
from tui.charts.pool import Pool
from tui.charts.scale import Limits, limits
from tui.charts.scene import Scene
from tui.charts.table import Figure, Table

if TYPE_CHECKING:  # the analysis is imported when it is first asked for, not before the first paint
    from trainer.analysis.effect import Point
    from trainer.analysis.intervals import Estimate
    from tui.charts.pages import Drawing

VALIDATION, TRAIN, LAST = 0, 1, 2
"""Places in the palette."""
JUDGE = "best_val_acc"
"""The metric by which the best value is chosen: ``DEFAULT_METRIC`` of the analysis."""
NONE_YET = ("one value: there is no effect to see", "g on a setting trains several values of it")
COMES = "what the swept setting does is drawn here"
EDGE = 0.15
"""Share of the axis between the values and what stands beside them: zero on a log axis, or off."""


@dataclass(frozen=True)
class EffectPane:
    """One figure over the values of the swept setting: at the best epoch, and of validation at the last one too."""

    title: str
    train: str
    validation: str
    last: str
    """Names of metrics."""
    factor: float
    """100 where shares are shown in per cent."""

    def drawing(self, scene: Scene, ink: Ink, before: Drawing | None) -> Drawing | None:
        """The runs are taken as they are now; what they come to is found out while it is drawn."""
        if scene.pool is not None and scene.pool.ablated is not None:
            return None  # a ladder of regularizers has a page of its own kind
        if scene.pool is None:
            said = (*scene.invitation[:1], COMES) if scene.swept else NONE_YET
            return Missing(f"{self.title}: effect", said) if self is EFFECT[0] else None
        held = (before.sweep.path, before.y_limits) if isinstance(before, EffectPlot) and before.sweep else None
        return EffectPlot(self, scene.pool, scene.view.swept, ink, held)

    def table(self, scene: Scene) -> Table:
        """Every value with its estimates."""
        title, metrics = f"{self.title}: effect", (self.train, self.validation, self.last)
        sweep = scene.pool and not scene.pool.ablated and sweep_of(scene.pool, scene.view.swept)
        if not sweep:
            return Table(title, ("value",), (), NONE_YET)
        columns = [sweep.name, "seeds", *(f"{m}{part}" for m in metrics for part in ("", " sd"))]
        rows = []
        for point in sweep.points:
            row: list[Figure] = [point.label, len(point.group.runs)]
            for metric in metrics:
                e = point.estimates.get(metric)
                row += [e.mean, e.deviation] if e else [None, None]
            rows.append(tuple(row))
        return Table(title, tuple(columns), tuple(rows), tuple(sweep.said))


@dataclass(frozen=True)
class Sweep:
    """The values of one setting, in order."""

    path: str
    name: str
    points: tuple[Point, ...]

    @cached_property
    def best(self) -> int | None:
        """The value with the best mean."""
        known = [(p.estimates[JUDGE].mean, -i) for i, p in enumerate(self.points) if JUDGE in p.estimates]
        return -max(known)[1] if known else None

    @cached_property
    def choice(self) -> int | None:
        """The most regularized value within one standard error of the best; None when seeds or an order are missing."""
        from trainer.analysis.effect import strengths
        from trainer.analysis.selection import one_standard_error

        order = strengths(self.path, [p.value for p in self.points])
        if self.best is None or order is None:
            return None
        return one_standard_error([p.estimates.get(JUDGE) for p in self.points], self.best, order)

    @property
    def said(self) -> tuple[str, ...]:
        """The best, the choice that does nearly as well ("" without one), and how many seeds say so."""
        if self.best is None:
            return ()
        seeds = {p.estimates[JUDGE].n for p in self.points if JUDGE in p.estimates}
        count = f"{min(seeds)}" if len(seeds) == 1 else f"{min(seeds)} to {max(seeds)}"
        spread = ", bars ± deviation" if max(seeds) > 1 else ""
        near = "" if self.choice is None else f"within 1 SE: {self.points[self.choice].label}"
        best = f"best: {self.name} {self.points[self.best].label}"
        return best, near, f"{count} seed{'s' * (seeds != {1})} a value{spread}"

    @property
    def log(self) -> bool:
        """Whether the values span powers of ten."""
        positive = [n for p in self.points if (n := p.number) is not None and n > 0]
        return len(positive) > 1 and max(positive) / min(positive) >= 20

    @cached_property
    def places(self) -> tuple[float, ...]:
        """Where each value stands: as a number or its logarithm, beside the others, or one after another."""
        numbers = [p.number for p in self.points]
        if any(n is None and p.value is not None for n, p in zip(numbers, self.points, strict=True)):
            return tuple(map(float, range(len(numbers))))
        placed = [log10(n) if n and self.log and n > 0 else n if not self.log else None for n in numbers]
        known = [p for p in placed if p is not None]
        beside = EDGE * (max(known) - min(known)) or 1.0 if known else 1.0
        middle = next((i for i, p in enumerate(placed) if p is not None), 0)
        found = []
        for i, place in enumerate(placed):
            if place is not None:
                found.append(place)
            elif i < middle:
                found.append(min(known, default=0.0) - beside * (middle - i))
            else:
                found.append(max(known, default=0.0) + beside)
        return tuple(found)

    def beside(self, i: int) -> bool:
        """Whether a value stands beside the axis: zero on a log axis, or off."""
        number = self.points[i].number
        return number is None if not self.log else not number


@lru_cache(maxsize=8)
def sweep_of(pool: Pool, chosen: int) -> Sweep | None:
    """The sweep through the run looked at over one of the paths: the one with the most values, or the next ones."""
    from trainer.analysis.effect import points
    from trainer.analysis.groups import chosen as chosen_row
    from trainer.analysis.groups import tables, whole_choice
    from trainer.analysis.metrics import METRICS

    shown = [METRICS[name] for pane in EFFECT for name in (pane.train, pane.validation, pane.last)]
    found = [(whole_choice(p), points(pool.runs, p, shown, around=pool.around, unfinished=True)) for p in pool.paths]
    swept = sorted((pair for pair in found if len(pair[1]) > 1), key=lambda pair: -len(pair[1]))
    if not swept:
        return None
    path, values = swept[chosen % len(swept)]
    row = chosen_row(tables([values[0].group.config])[0], path)
    return Sweep(path, row.setting.label.removesuffix(" p") if row else path, values)


@dataclass(frozen=True, eq=False)
class EffectPlot:
    """A chart of one figure over a setting."""

    pane: EffectPane
    pool: Pool
    chosen: int
    """Which of several swept settings."""
    ink: Ink
    held: tuple[str, Limits] | None
    """The setting and the limits of the drawing before."""
    figures: Sequence[str] = ()

    def reading(self, run: int, figure: int) -> float | None:
        """The cursor reads epochs, which there are not."""
        return None

    @cached_property
    def sweep(self) -> Sweep | None:
        """What the runs come to."""
        return sweep_of(self.pool, self.chosen)

    @property
    def title(self) -> str:
        """The figure and the setting."""
        return f"{self.pane.title} over {self.sweep.name}" if self.sweep else f"{self.pane.title}: effect"

    @property
    def marks(self) -> Sequence[tuple[str, str]]:
        """Training as a line, validation as beads; its last epoch is a line of another colour."""
        samples = self.ink.marks.samples
        return ((samples[0], "train"), (samples[1], "validation"), (self.ink.marks.best, "best"))

    @property
    def words(self) -> str:
        """Which value is best, and how many seeds say so."""
        signs = (f"{self.ink.marks.best} ", f"{self.ink.marks.choice} ", "")
        said = self.sweep.said if self.sweep else ()
        return "   ".join(sign + text for sign, text in zip(signs, said, strict=False) if text) or " "

    @cached_property
    def y_limits(self) -> Limits:
        """Those of before, while they serve the same setting."""
        assert self.sweep is not None
        means = [(e.mean, e.deviation or 0.0) for p in self.sweep.points for e in self._estimates(p)]
        most = 1.0 if self.pane.factor == 100 else inf  # no accuracy is above 100 %, though mean + deviation may be
        values = [self._scaled(min(most, m + side * d)) for m, d in means for side in (-1, 1)]
        return limits(values, self.held[1] if self.held and self.held[0] == self.sweep.path else None)

    def _estimates(self, point: Point) -> list[Estimate]:
        pane = self.pane
        return [point.estimates[m] for m in (pane.train, pane.validation, pane.last) if m in point.estimates]

    def _scaled(self, value: float) -> float:
        return self.pane.factor * value

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """The U-curve of regularization, when there is one."""
        sweep = self.sweep
        if sweep is None:
            return Missing(self.title, NONE_YET if self.pane is EFFECT[0] else ()).draw(width, height, ink)
        places, marks = sweep.places, ink.marks
        margin = 0.04 * (max(places) - min(places)) or 1.0
        span = (min(places) - margin, max(places) + margin)
        frame = Frame(width - GUTTER, height - 1, span, self.y_limits, marks.across, marks.up)
        labels = [(place, point.label) for place, point in zip(places, sweep.points, strict=True)]
        cells = axes(frame, ink, log=False, whole=False, name="", places=labels)
        for group in self._layers(sweep):
            for y, x, character, look in layer(group, frame, ink, log=False):
                cells[y][GUTTER + x] = (character, look)
        for i, sign in ((sweep.choice, marks.choice), (sweep.best, marks.best)):
            estimate = sweep.points[i].estimates.get(self.pane.validation) if i is not None else None
            if i is not None and estimate is not None:
                column, row = frame.column(places[i]), frame.row(self._scaled(estimate.mean))
                cells[row][GUTTER + column] = (sign, style(ink.plain, bold=True))
        return cells

    def _layers(self, sweep: Sweep) -> tuple[tuple[Line, ...], ...]:
        """What lies below first: bars, training, validation at the last epoch, validation."""
        pane = self.pane
        bars = []
        for place, point in zip(sweep.places, sweep.points, strict=True):
            estimate = point.estimates.get(pane.validation)
            if estimate is not None and estimate.deviation:
                ends = [self._scaled(estimate.mean + side * estimate.deviation) for side in (-1, 1)]
                bars.append(Line([place, place], ends, VALIDATION, solid=True))
        lines = (
            (*bars,),
            (self._line(sweep, pane.train, TRAIN, solid=True),),
            (self._line(sweep, pane.last, LAST, solid=True),),
            (self._line(sweep, pane.validation, VALIDATION, solid=False),),
        )
        return tuple(group for group in lines if group)

    def _line(self, sweep: Sweep, metric: str, colour: int, *, solid: bool) -> Line:
        """A metric over the values; what stands beside the axis is not joined to it."""
        x: list[float] = []
        y: list[float] = []
        for i, (place, point) in enumerate(zip(sweep.places, sweep.points, strict=True)):
            if i and sweep.beside(i) != sweep.beside(i - 1):
                x.append(place)
                y.append(nan)
            estimate = point.estimates.get(metric)
            x.append(place)
            y.append(self._scaled(estimate.mean) if estimate else nan)
        return Line(x, y, colour, solid)


EFFECT = (
    EffectPane("accuracy %", "best_fit_acc", "best_val_acc", "val_acc", 100.0),
    EffectPane("loss", "best_fit_loss", "best_val_loss", "val_loss", 1.0),
)
