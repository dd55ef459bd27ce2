"""Figures over epochs: from runs to lines, over which axis, smoothed how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import isfinite, log10, nan
from typing import TYPE_CHECKING

from trainer.events import Epoch
from trainer.history import RunHistory
from tui.charts.canvas import Cell, Ink, Line, draw
from tui.charts.scale import Limits, limits
from tui.charts.scene import Axis, Scene, ShownRun

if TYPE_CHECKING:
    from tui.charts.pages import Drawing


@dataclass(frozen=True)
class Curves:
    """One figure of every epoch, a curve for each run."""

    name: str
    figure: Callable[[Epoch], float]


@dataclass(frozen=True)
class LinePane:
    """A chart of one or two figures; training is drawn solid, validation dotted."""

    title: str
    solid: Curves
    dotted: Curves | None = None
    may_be_log: bool = False
    marks_best: bool = False

    def drawing(self, scene: Scene, ink: Ink, before: Drawing | None) -> LinePlot:
        """All curves of the shown runs."""
        lines: list[Line] = []
        dials: list[float] = []
        for run in scene.shown:
            x = positions(run.history, scene.view.axis)
            lines += self._lines(run, x, scene.view.smoothing)
            reached = {e.epoch: place for e, place in zip(run.history.epochs, x, strict=True)}
            dials += [reached[d.epoch] for d in run.history.dials if d.epoch in reached]
        log = scene.view.log and self.may_be_log
        held = before.y_limits if isinstance(before, LinePlot) and before.log == log else None
        marks = [(ink.solid_sample, self.solid.name)]
        if self.dotted:
            marks.append((ink.dotted_sample, self.dotted.name))
        return LinePlot(
            title=self.title + (" (log)" if log else ""),
            marks=tuple(marks),
            lines=tuple(lines),
            dials=tuple(dials),
            x_limits=_x_limits(scene.shown, scene.view.axis),
            y_limits=self._y_limits(lines, log, held),
            log=log,
            whole=scene.view.axis == "epoch",
            cursor=place_of(scene.shown, scene.cursor, scene.view.axis),
        )

    def _lines(self, run: ShownRun, x: tuple[float, ...], smoothing: float) -> list[Line]:
        lines: list[Line] = []
        best = run.history.best if self.marks_best else None
        where = x[run.history.epochs.index(best)] if best else None
        for curves, solid in ((self.solid, True), (self.dotted, False)):
            if curves is None:
                continue
            y = tuple(curves.figure(e) for e in run.history.epochs)
            if smoothing:
                lines.append(Line(x, y, run.colour, solid, dim=True))
                y = smoothed(y, smoothing)
            lines.append(Line(x, y, run.colour, solid, best=where if not solid else None))
        return lines

    def _y_limits(self, lines: Sequence[Line], log: bool, held: Limits | None) -> Limits:
        values = [v for line in lines for v in _heights(line, log)]
        if not values:
            return (-2.0, 0.0) if log else (0.0, 100.0 if "%" in self.title else 1.0)
        return limits(values, held)


@dataclass(frozen=True)
class LinePlot:
    """All curves of one chart."""

    title: str
    marks: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    dials: tuple[float, ...]
    """Where a setting was changed while a run trained."""
    x_limits: Limits
    y_limits: Limits
    """As log10 on a log axis."""
    log: bool
    whole: bool
    """Whether only whole numbers are written along the axis."""
    cursor: float | None

    def draw(self, width: int, height: int, ink: Ink) -> list[list[Cell]]:
        """The chart with its axes."""
        return draw(self, width, height, ink)


def positions(history: RunHistory, axis: Axis) -> tuple[float, ...]:
    """Where each finished epoch stands on the axis."""
    if axis == "epoch":
        return tuple(float(e.epoch) for e in history.epochs)
    if axis == "step":
        return tuple(float(e.step) for e in history.epochs)
    return tuple(accumulate(e.seconds + e.eval_seconds for e in history.epochs))


def place_of(runs: Sequence[ShownRun], epoch: int | None, axis: Axis) -> float | None:
    """Where an epoch stands on the axis; None when no run has reached it."""
    for run in runs:
        for reached, place in zip(run.history.epochs, positions(run.history, axis), strict=True):
            if reached.epoch == epoch:
                return place
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


def _heights(line: Line, log: bool) -> list[float]:
    return [v if not log else log10(v) for v in line.y if isfinite(v) and (not log or v > 0)]


def _x_limits(runs: Sequence[ShownRun], axis: Axis) -> Limits:
    """The planned length of what still trains, so that curves grow into a still picture."""
    ends = [2.0 if axis == "epoch" else 1.0]
    for run in runs:
        history = run.history
        x = positions(history, axis)
        ends += x[-1:]
        if history.ended is None and axis != "seconds":
            steps = history.started.steps_per_epoch if history.started else 1
            ends.append(history.config.epochs * (1 if axis == "epoch" else steps))
    return (1.0 if axis == "epoch" else 0.0), max(ends)
