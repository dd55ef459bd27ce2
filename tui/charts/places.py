"""Where epochs stand along the x axis, be it epochs, steps or seconds."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from operator import add

from trainer.history import RunHistory
from tui.charts.scale import Limits
from tui.charts.scene import Axis, Root, Scene, ShownRun


def positions(history: RunHistory, axis: Axis) -> Sequence[float]:
    """Where each finished epoch stands on the axis; not to be changed."""
    epochs = history.epochs
    if axis != "seconds":
        return epochs.column(axis)
    return array("d", accumulate(map(add, epochs.column("seconds"), epochs.column("eval_seconds"))))


def places(run: ShownRun, axis: Axis) -> Sequence[float]:
    """As ``positions``, with a fork behind its trunk on every axis."""
    own, root, started = positions(run.history, axis), run.root, run.history.started
    if root is None or started is None or axis == "epoch":
        return own
    before = root.seconds if axis == "seconds" else root.steps - root.epoch.epoch * started.steps_per_epoch
    return tuple(before + place for place in own)


def root_place(root: Root, axis: Axis) -> float:
    """Where the branch begins."""
    return {"epoch": float(root.epoch.epoch), "step": float(root.steps), "seconds": root.seconds}[axis]


def epoch_place(history: RunHistory, epoch: int | None) -> int | None:
    """Where an epoch stands among the finished ones; None when it is none of them."""
    numbers = history.epochs.column("epoch")
    place = bisect_left(numbers, epoch) if epoch is not None else len(numbers)
    return place if place < len(numbers) and numbers[place] == epoch else None


def place_of(runs: Sequence[ShownRun], epoch: int | None, axis: Axis) -> float | None:
    """Where an epoch stands on the axis; None when no run has reached it."""
    for run in runs:
        if (place := epoch_place(run.history, epoch)) is not None:
            return places(run, axis)[place]
    return None


def whole_x(scene: Scene) -> Limits:
    """The planned length of what still trains, so that curves grow into a still picture."""
    axis = scene.view.axis
    ends = [2.0 if axis == "epoch" else 1.0]
    if not scene.shown and axis == "epoch":
        ends.append(scene.planned)
    reached = [(run.history, places(run, axis)) for run in scene.shown]
    reached += [(history, positions(history, axis)) for history in scene.crowd]
    for history, own in reached:
        ends += own[-1:]
        if history.ended is None and axis != "seconds":
            steps = history.started.steps_per_epoch if history.started else 1
            ends.append(history.config.epochs * (1 if axis == "epoch" else steps))
    return (1.0 if axis == "epoch" else 0.0), max(ends)
