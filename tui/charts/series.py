"""From runs to lines: which figure on which page, over which axis, smoothed how. Pure, and without a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import isfinite, nan
from typing import Literal

from trainer.events import Epoch
from trainer.history import RunHistory

PALETTE = ("#56B4E9", "#E69F00", "#3FB68B", "#CC79A7", "#F0E442", "#D55E00", "#9C8CFF", "#A7B0BC")
"""Okabe and Ito's colours, which colour-blind people tell apart, lightened for dark and light grounds."""

Axis = Literal["epoch", "step", "seconds"]
AXES: tuple[Axis, ...] = ("epoch", "step", "seconds")
SMOOTHINGS = (0.0, 0.6, 0.9)


@dataclass(frozen=True)
class ShownRun:
    """A run whose curves are drawn."""

    history: RunHistory
    label: str
    colour: int
    """Place in the palette."""


@dataclass(frozen=True)
class Line:
    """One curve; a point that is not finite is a gap."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    colour: int
    solid: bool
    """Training is solid, validation dotted."""
    dim: bool = False
    """Whether it is the raw curve beneath a smoothed one."""
    best: float | None = None
    """Where the best epoch is marked."""


@dataclass(frozen=True)
class Plot:
    """One plot of a page."""

    title: str
    solid: str
    """What the solid curves are; "" for none."""
    dotted: str
    lines: tuple[Line, ...]
    dials: tuple[float, ...]
    """Where a setting was changed while a run trained."""
    x_limits: tuple[float, float]
    log: bool = False
    x_label: str = "epoch"


@dataclass(frozen=True)
class View:
    """How the user wants to see the runs."""

    page: int = 1
    log: bool = False
    smoothing: float = 0.0
    axis: Axis = "epoch"


Figure = Callable[[Epoch], float]


@dataclass(frozen=True)
class _Spec:
    title: str
    solid: str
    dotted: str
    train: Figure | None
    validation: Figure | None
    may_be_log: bool = False
    marks_best: bool = False


PAGES: dict[int, tuple[_Spec, _Spec]] = {
    1: (
        _Spec("accuracy %", "train", "validation", lambda e: 100 * e.fit_acc, lambda e: 100 * e.val_acc),
        _Spec("loss", "train", "validation", lambda e: e.fit_loss, lambda e: e.val_loss, True, True),
    ),
    2: (
        _Spec("gap, points of accuracy", "train − validation", "", lambda e: 100 * e.gap, None),
        _Spec("loss gap", "validation − train", "", lambda e: e.val_loss - e.fit_loss, None),
    ),
    3: (
        _Spec("learning rate", "lr", "", lambda e: e.lr, None, True),
        _Spec("penalty", "L1", "L2", lambda e: e.l1_penalty, lambda e: e.l2_penalty, True),
    ),
    4: (
        _Spec(
            "weight norm", "first layer", "last layer", lambda e: e.weight_norm[0], lambda e: e.weight_norm[-1], True
        ),
        _Spec("weights %", "exactly zero", "near zero", lambda e: 100 * e.sparsity, lambda e: 100 * e.near_zero),
    ),
}


def plots(runs: Sequence[ShownRun], view: View) -> tuple[Plot, Plot]:
    """The two plots of the page."""
    first, second = PAGES[view.page]
    return _plot(first, runs, view), _plot(second, runs, view)


def positions(history: RunHistory, axis: Axis) -> tuple[float, ...]:
    """Where each finished epoch stands on the axis."""
    if axis == "epoch":
        return tuple(float(e.epoch) for e in history.epochs)
    if axis == "step":
        return tuple(float(e.step) for e in history.epochs)
    return tuple(accumulate(e.seconds + e.eval_seconds for e in history.epochs))


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


def _plot(spec: _Spec, runs: Sequence[ShownRun], view: View) -> Plot:
    lines: list[Line] = []
    dials: list[float] = []
    for run in runs:
        x = positions(run.history, view.axis)
        best = run.history.best if spec.marks_best else None
        where = x[run.history.epochs.index(best)] if best else None
        for figure, solid in ((spec.train, True), (spec.validation, False)):
            if figure is None:
                continue
            y = tuple(figure(e) for e in run.history.epochs)
            if view.smoothing:
                lines.append(Line(x, y, run.colour, solid, dim=True))
                y = smoothed(y, view.smoothing)
            lines.append(Line(x, y, run.colour, solid, best=where if not solid else None))
        reached = {e.epoch: place for e, place in zip(run.history.epochs, x, strict=True)}
        dials += [reached[d.epoch] for d in run.history.dials if d.epoch in reached]
    return Plot(
        spec.title, spec.solid, spec.dotted, tuple(lines), tuple(dials), _x_limits(runs, view.axis),
        log=view.log and spec.may_be_log, x_label=view.axis,
    )  # fmt: skip


def _x_limits(runs: Sequence[ShownRun], axis: Axis) -> tuple[float, float]:
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
