"""Figures over epochs: from runs to curves and the limits that hold them."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from math import log10
from typing import TYPE_CHECKING

from trainer.history import RunHistory
from tui.charts.band import Band, band
from tui.charts.curves import MOST_POINTS, Curves, extent, smoothed, thinned
from tui.charts.ink import Ink
from tui.charts.layer import Line
from tui.charts.line_plot import LinePlot, Mark, RunCurves
from tui.charts.places import epoch_place, place_of, places, positions, root_place, whole_x
from tui.charts.scale import Limits, limits
from tui.charts.scene import Scene, ShownRun, View
from tui.charts.table import Table

if TYPE_CHECKING:
    from tui.charts.pages import Drawing


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
        runs: dict[object, RunCurves] = {}
        for run in scene.shown:
            key = (
                id(run.history),
                run.history.version,
                run.root is None,
                run.stop,
                run.colour,
                view.axis,
                view.smoothing,
                _window(run.history, view),
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
            y_limits=self._y_limits(runs.values(), crowd, log, old.y_limits if old and old.log == log else None),
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

    def _curves(self, run: ShownRun, view: View) -> RunCurves:
        history = run.history
        root = run.root
        x = own = places(run, view.axis)
        if root:
            x = array("d", (root_place(root, view.axis), *own))
        growing, window = history.ended is None, _window(history, view)
        lines: list[Line] = []
        ends: list[float] = []
        y: Sequence[float] = ()
        for curves, solid in ((self.solid, True), (self.dotted, False)):
            if curves is None:
                continue
            y = curves.of(history.epochs)
            if root:
                y = array("d", (curves.figure(root.epoch), *y))
            if view.smoothing:
                ends += extent(y)
                lines.append(Line(*thinned(x, y, window), run.colour, solid, growing, raw=True))
                y = smoothed(y, view.smoothing)
            ends += extent(y)
            lines.append(Line(*thinned(x, y, window), run.colour, solid, growing))
        marks = []
        place = history.best_place if run.stop is None else epoch_place(history, run.stop.chosen)
        if self.marks_best and place is not None:
            marks.append(Mark(own[place], y[place - len(own)], run.colour))
        if root:
            marks.append(Mark(x[0], y[0], run.colour, fork=True))
        upright: list[int | None] = [dial.epoch for dial in history.dials]
        if run.stop is not None:
            upright.append(run.stop.stopped)
        if self.marks_onset:
            from trainer.analysis.gap import overfitting_onset  # late: it is not needed before the first paint

            upright.append(overfitting_onset(history))
        reached = (epoch_place(history, epoch) for epoch in upright)
        marks += [Mark(own[place], None, run.colour) for place in reached if place is not None]
        return RunCurves(tuple(lines), tuple(marks), tuple(ends))

    def _y_limits(self, runs: Iterable[RunCurves], crowd: Band | None, log: bool, held: Limits | None) -> Limits:
        values = [v if not log else log10(v) for run in runs for v in run.ends if not log or v > 0]
        values += [end for _, *ends in crowd.heights(log=log) for end in ends] if crowd else []
        if not values:
            return (-2.0, 0.0) if log else (0.0, 100.0 if "%" in self.title else 1.0)
        return limits(values, held)


def _window(history: RunHistory, view: View) -> Limits | None:
    """What to thin a curve by: one that is drawn whole does not change with the window."""
    return view.window if len(history.epochs) > MOST_POINTS else None
