"""One figure of every epoch as a curve: read from a run's columns, smoothed where asked, thinned where it is long."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Protocol

from trainer.epochs import Epochs
from trainer.events import Epoch
from tui.charts.scale import Limits

MOST_POINTS = 4096
"""Points that a curve is drawn by: four for each of about a thousand columns of points."""


class Figure(Protocol):
    """What is drawn of an epoch; of many epochs it is read much faster from their columns."""

    def __call__(self, epoch: Epoch) -> float:
        """Of one epoch."""

    def of(self, epochs: Epochs) -> Sequence[float]:
        """Of every epoch; not to be changed."""


@dataclass(frozen=True)
class Curves:
    """One figure of every epoch, a curve for each run."""

    name: str
    short: str
    """Its title in the readout, at most 9 columns."""
    figure: Figure

    def of(self, epochs: Epochs) -> Sequence[float]:
        """The figure of every epoch."""
        return self.figure.of(epochs)


@dataclass(frozen=True)
class _Column:
    name: str
    factor: float

    def __call__(self, epoch: Epoch) -> float:
        return self.factor * float(getattr(epoch, self.name))

    def of(self, epochs: Epochs) -> Sequence[float]:
        column = epochs.column(self.name)
        return column if self.factor == 1 else array("d", [self.factor * value for value in column])


@dataclass(frozen=True)
class _Difference:
    more: str
    less: str
    factor: float

    def __call__(self, epoch: Epoch) -> float:
        return self.factor * float(getattr(epoch, self.more) - getattr(epoch, self.less))

    def of(self, epochs: Epochs) -> Sequence[float]:
        pairs = zip(epochs.column(self.more), epochs.column(self.less), strict=True)
        return array("d", [self.factor * (more - less) for more, less in pairs])


@dataclass(frozen=True)
class _Layer:
    name: str
    layer: int

    def __call__(self, epoch: Epoch) -> float:
        return float(getattr(epoch, self.name)[self.layer])

    def of(self, epochs: Epochs) -> Sequence[float]:
        return epochs.layer(self.name, self.layer)


def plain(figure: str) -> Figure:
    """The figure as it is."""
    return _Column(figure, 1.0)


def percent(figure: str) -> Figure:
    """A share as per cent."""
    return _Column(figure, 100.0)


def difference(more: str, less: str, factor: float = 1.0) -> Figure:
    """How much one figure is above another."""
    return _Difference(more, less, factor)


def layer(figure: str, place: int) -> Figure:
    """One layer's part of a figure; -1 is the last layer."""
    return _Layer(figure, place)


def smoothed(values: Sequence[float], weight: float) -> array[float]:
    """Exponential moving average, corrected for its start; gaps stay gaps and are left out of the average."""
    total, mass = 0.0, 0.0
    result = array("d")
    for value in values:
        if isfinite(value):
            total = weight * total + (1 - weight) * value
            mass = weight * mass + (1 - weight)
        result.append(total / mass if isfinite(value) else nan)
    return result


def extent(values: Sequence[float]) -> tuple[float, ...]:
    """What limits are made from: the least, the greatest, and the least above 0 of the values that are finite."""
    finite = values if isfinite(sum(values)) else [v for v in values if isfinite(v)]
    if not finite:
        return ()
    low = min(finite)
    above = low if low > 0 else min((v for v in finite if v > 0), default=low)
    return low, max(finite), above


def thinned(x: Sequence[float], y: Sequence[float], window: Limits | None) -> tuple[Sequence[float], Sequence[float]]:
    """A long curve by its first, least, greatest and last point of each of many stretches; only what the window shows.

    Stretches are counted from the first epoch and double in length as a curve grows, so that it does not flicker.
    """
    first, last = 0, len(x)
    if window is not None:
        first, last = max(0, bisect_left(x, window[0]) - 1), min(last, bisect_right(x, window[1]) + 1)
    length = 1
    while 4 * (last - first) > length * MOST_POINTS:
        length *= 2
    if length <= 4:
        return x[first:last], y[first:last]
    kept: list[int] = []
    for start in range(first - first % length, last, length):
        kept += _telling(y, max(first, start), min(last, start + length))
    return array("d", [x[i] for i in kept]), array("d", [y[i] for i in kept])


def _telling(y: Sequence[float], start: int, end: int) -> Sequence[int]:
    """Places that show a stretch; all of one with gaps, but a single one of a stretch that is nothing but gap."""
    values = y[start:end]
    if isfinite(sum(values)):
        low, high = values.index(min(values)), values.index(max(values))
        return sorted({start, start + low, start + high, end - 1})
    return range(start, end) if any(map(isfinite, values)) else (start,)
