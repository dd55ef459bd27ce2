"""Figures over epochs: from runs to curves, over which axis, smoothed how."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, product
from math import isfinite, log10, nan
from operator import add
from typing import TYPE_CHECKING

from trainer.epochs import Epochs
from trainer.events import Epoch
from trainer.history import RunHistory
from tui.charts.band import Band, band, paint
from tui.charts.frame import GUTTER, Frame, Rows, axes
from tui.charts.ink import Ink, style
from tui.charts.layer import Line, lay
from tui.charts.scale import Limits, limits
from tui.charts.scene import Axis, Scene, ShownRun, View
from tui.charts.table import Table

if TYPE_CHECKING:
    from tui.charts.pages import Drawing


@dataclass(frozen=True)
class Curves:
    """One figure of every epoch, a curve for each run."""

    name: str
    short: str
    """Its title in the readout, at most 9 columns."""
    figure: Callable[[Epoch], float]

    def of(self, epochs: Epochs) -> Sequence[float]:
        """The figure of every epoch."""
        if isinstance(self.figure, _Column):
            return [self.figure.factor * value for value in epochs.column(self.figure.name)]
        return [self.figure(epoch) for epoch in epochs]


@dataclass(frozen=True)
class _Column:
    """A figure that is a column of its own, which is read much faster than epoch by epoch."""

    name: str
    factor: float

    def __call__(self, epoch: Epoch) -> float:
        return self.factor * float(getattr(epoch, self.name))


def plain(figure: str) -> Callable[[Epoch], float]:
    """The figure as it is."""
    return _Column(figure, 1.0)


def percent(figure: str) -> Callable[[Epoch], float]:
    """A share as per cent."""
    return _Column(figure, 100.0)


@dataclass(frozen=True)
class Mark:
    """A sign at one place: the best epoch, a dial, a fork."""

    x: float
    y: float | None
    """None for an upright line through the chart."""
    colour: int
    fork: bool = False
    """Whether a run branches off here; else it is its best epoch."""


@dataclass(frozen=True)
class _RunCurves:
    """What one run adds to a chart."""

    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class LinePane:
    """A chart of one or two figures; training is a thin line, validation is beads."""

    title: str
    solid: Curves
    dotted: Curves | None = None
    may_be_log: bool = False
    marks_best: bool = False
    marks_onset: bool = False
    """Whether an upright line stands where overfitting sets in."""

    def drawing(self, scene: Scene, ink: Ink, before: Drawing | None) -> LinePlot:
        """All curves of the shown runs; those that have not changed are taken over from ``before``."""
        old = before if isinstance(before, LinePlot) else None
        view = scene.view
        runs: dict[object, _RunCurves] = {}
        for run in scene.shown:
            key = (
                id(run.history),
                run.history.version,
                run.root is None,
                run.stop,
                run.colour,
                view.axis,
                view.smoothing,
            )
            runs[key] = (old.runs.get(key) if old else None) or self._curves(run, view)
        log = view.log and self.may_be_log
        figures = (self.dotted or self.solid).of
        crowd = band(scene.crowd, figures, partial(positions, axis=view.axis)) if scene.crowd else None
        lines = tuple(line for run in runs.values() for line in run.lines)
        samples = zip(ink.marks.samples, (self.solid, self.dotted), strict=True)
        return LinePlot(
            title=self.title + (" (log)" if log else ""),
            marks=tuple((sample, curves.name) for sample, curves in samples if curves) + self._signs(ink),
            lines=lines,
            band=crowd,
            signs=tuple(mark for run in runs.values() for mark in run.marks),
            x_limits=view.window or whole_x(scene),
            y_limits=self._y_limits(lines, crowd, log, old.y_limits if old and old.log == log else None),
            log=log,
            axis=view.axis,
            cursor=place_of(scene.shown, scene.cursor, view.axis),
            runs=runs,
            figures=tuple(curves.short for curves in (self.solid, self.dotted) if curves),
            readings=tuple(self._reading(run, scene.cursor) for run in scene.shown),
        )

    def _signs(self, ink: Ink) -> tuple[tuple[str, str], ...]:
        """What the marks mean, where they need to be told."""
        return ((ink.marks.upright, "overfitting sets in"), (ink.marks.best, "best")) if self.marks_onset else ()

    def table(self, scene: Scene) -> Table:
        """A row for every epoch, a column for every run and figure; of a crowd too."""
        runs = [(run.label, run.history) for run in scene.shown]
        runs += [(f"{history.config.name} s{history.config.seed}", history) for history in scene.crowd]
        curves = [c for c in (self.solid, self.dotted) if c]
        known = [(label, c, {e.epoch: c.figure(e) for e in h.epochs}) for label, h in runs for c in curves]
        epochs = sorted({epoch for *_, found in known for epoch in found})
        columns = ("epoch", *(f"{label} {c.short}" for label, c, _ in known))
        return Table(self.title, columns, tuple((e, *(found.get(e) for *_, found in known)) for e in epochs))

    def _reading(self, run: ShownRun, epoch: int | None) -> tuple[float, ...]:
        place = epoch_place(run.history, epoch)
        found = None if place is None else run.history.epochs[place]
        return tuple(curves.figure(found) for curves in (self.solid, self.dotted) if curves and found)

    def _curves(self, run: ShownRun, view: View) -> _RunCurves:
        history = run.history
        root = run.root if view.axis != "seconds" else None  # a fork has a clock of its own
        x = own = array("d", positions(history, view.axis))
        if root:
            x = array("d", (float(root.epoch if view.axis == "epoch" else root.step), *own))
        growing = history.ended is None
        lines: list[Line] = []
        for curves, solid in ((self.solid, True), (self.dotted, False)):
            if curves is None:
                continue
            y: Sequence[float] = array("d", curves.of(history.epochs))
            if root:
                y = array("d", (curves.figure(root), *y))
            if view.smoothing:
                lines.append(Line(x, y, run.colour, solid, growing, raw=True))
                y = array("d", smoothed(y, view.smoothing))
            lines.append(Line(x, y, run.colour, solid, growing))
        marks = []
        place = history.best_place if run.stop is None else epoch_place(history, run.stop.chosen)
        if self.marks_best and place is not None:
            marks.append(Mark(own[place], lines[-1].y[place - len(own)], run.colour))
        if root:
            marks.append(Mark(x[0], lines[-1].y[0], run.colour, fork=True))
        reached = dict(zip(history.epochs.column("epoch"), own, strict=True))
        if run.stop is not None and run.stop.stopped in reached:
            marks.append(Mark(reached[run.stop.stopped], None, run.colour))
        if self.marks_onset:
            from trainer.analysis.gap import overfitting_onset  # late: it is not needed before the first paint

            onset = overfitting_onset(history)
            marks += [Mark(reached[onset], None, run.colour)] if onset in reached else []
        marks += [Mark(reached[d.epoch], None, run.colour) for d in history.dials if d.epoch in reached]
        return _RunCurves(tuple(lines), tuple(marks))

    def _y_limits(self, lines: Sequence[Line], crowd: Band | None, log: bool, held: Limits | None) -> Limits:
        values = [v if not log else log10(v) for line in lines for v in line.y if isfinite(v) and (not log or v > 0)]
        values += [end for _, *ends in crowd.heights(log=log) for end in ends] if crowd else []
        if not values:
            return (-2.0, 0.0) if log else (0.0, 100.0 if "%" in self.title else 1.0)
        return limits(values, held)


@dataclass(frozen=True)
class LinePlot:
    """All curves of one chart."""

    title: str
    marks: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    band: Band | None
    signs: tuple[Mark, ...]
    x_limits: Limits
    y_limits: Limits
    """As log10 on a log axis."""
    log: bool
    axis: Axis
    cursor: float | None
    runs: dict[object, _RunCurves] = field(repr=False)
    """The curves of each run in each state, to be taken over by the next drawing."""
    figures: tuple[str, ...]
    readings: tuple[tuple[float, ...], ...]
    words: str = ""

    def reading(self, run: int, figure: int) -> float | None:
        """A figure of a shown run at the cursor; None when it has not reached that epoch."""
        return self.readings[run][figure] if figure < len(self.readings[run]) else None

    def draw(self, width: int, height: int, ink: Ink) -> Rows:
        """The chart with its axes."""
        marks = ink.marks
        frame = Frame(width - GUTTER, height - 1, self.x_limits, self.y_limits, marks.across, marks.up)
        cells = axes(frame, ink, log=self.log, whole=self.axis != "seconds", name=self.axis)
        for sign in self.signs:
            if sign.y is None:
                self._upright(cells, frame, sign.x, marks.upright, style(ink.colour(sign.colour, 0.5)))
        if self.cursor is not None:
            self._upright(cells, frame, self.cursor, marks.cursor, style(ink.axes))
        if self.band and not ink.quiet:
            paint(cells, self.band, frame, ink, log=self.log)
        for growing, beads in product((False, True), repeat=2):
            group = tuple(line for line in self.lines if line.growing == growing and line.beads == beads)
            if group:
                lay(cells, group, frame, ink, log=self.log)
        for sign in self.signs:
            if sign.y is not None and isfinite(sign.y) and (sign.y > 0 or not self.log):
                column, row = frame.column(sign.x), frame.row(log10(sign.y) if self.log else sign.y)
                if 0 <= column < frame.columns and 0 <= row < frame.rows:
                    cells[row][GUTTER + column] = (
                        marks.fork if sign.fork else marks.best,
                        style(ink.colour(sign.colour), bold=True),
                    )
        if self.band and ink.quiet:
            paint(cells, self.band, frame, ink, log=self.log)
        return cells

    def _upright(self, cells: Rows, frame: Frame, x: float, mark: str, look: object) -> None:
        column = frame.column(x)
        if 0 <= column < frame.columns:
            for row in cells[: frame.rows]:
                row[GUTTER + column] = (mark, look)


def positions(history: RunHistory, axis: Axis) -> Sequence[float]:
    """Where each finished epoch stands on the axis."""
    epochs = history.epochs
    if axis != "seconds":
        return tuple(epochs.column(axis))
    return tuple(accumulate(map(add, epochs.column("seconds"), epochs.column("eval_seconds"))))


def epoch_place(history: RunHistory, epoch: int | None) -> int | None:
    """Where an epoch stands among the finished ones; None when it is none of them."""
    numbers = history.epochs.column("epoch")
    place = bisect_left(numbers, epoch) if epoch is not None else len(numbers)
    return place if place < len(numbers) and numbers[place] == epoch else None


def place_of(runs: Sequence[ShownRun], epoch: int | None, axis: Axis) -> float | None:
    """Where an epoch stands on the axis; None when no run has reached it."""
    for run in runs:
        if (place := epoch_place(run.history, epoch)) is not None:
            return positions(run.history, axis)[place]
    return None


def smoothed(values: Sequence[float], weight: float) -> tuple[float, ...]:
    """Exponential moving average, corrected for its start; gaps stay gaps and are left out of the average."""
    total, mass = 0.0, 0.0
    result = []
    for value in values:
        if isfinite(value):
            total = weight * total + (1 - weight) * value
            mass = weight * mass + (1 - weight)
        result.append(total / mass if isfinite(value) else nan)
    return tuple(result)


def whole_x(scene: Scene) -> Limits:
    """The planned length of what still trains, so that curves grow into a still picture."""
    axis = scene.view.axis
    ends = [2.0 if axis == "epoch" else 1.0]
    if not scene.shown and axis == "epoch":
        ends.append(scene.planned)
    for history in [*(run.history for run in scene.shown), *scene.crowd]:
        ends += positions(history, axis)[-1:]
        if history.ended is None and axis != "seconds":
            steps = history.started.steps_per_epoch if history.started else 1
            ends.append(history.config.epochs * (1 if axis == "epoch" else steps))
    return (1.0 if axis == "epoch" else 0.0), max(ends)
