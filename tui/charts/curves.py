"""One figure of every epoch as a curve: read from a run's columns, smoothed where asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite, nan

from trainer.epochs import Epochs
from trainer.events import Epoch


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
