"""What a few numbers say about the mean behind them, and how far an accuracy on n examples can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from trainer.analysis.distributions import LEVEL, normal_quantile, t_quantile


@dataclass(frozen=True)
class Interval:
    """From ``low`` to ``high``, with the confidence that it holds the true value."""

    low: float
    high: float
    level: float = LEVEL

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Estimate:
    """The mean of one figure over seeds, and how sure it is."""

    values: tuple[float, ...]
    """One a seed; all finite."""
    mean: float
    deviation: float | None
    """Standard deviation over seeds (n − 1 in the denominator); None with one seed."""
    interval: Interval | None
    """Student's t interval of the mean; None with one seed."""

    @property
    def n(self) -> int:
        """Seeds."""
        return len(self.values)

    @property
    def standard_error(self) -> float | None:
        """Deviation of the mean."""
        return None if self.deviation is None else self.deviation / sqrt(self.n)


def estimate(values: Sequence[float], level: float = LEVEL) -> Estimate:
    """Mean, deviation and t interval of at least one finite value."""
    n = len(values)
    mean = fsum(values) / n
    if n == 1:
        return Estimate(tuple(values), mean, None, None)
    deviation = sqrt(fsum((v - mean) ** 2 for v in values) / (n - 1))
    half = t_quantile((1 + level) / 2, n - 1) * deviation / sqrt(n)
    return Estimate(tuple(values), mean, deviation, Interval(mean - half, mean + half, level))


def wilson(accuracy: float, examples: int, level: float = LEVEL) -> Interval:
    """The accuracies that an accuracy measured on ``examples`` examples is compatible with.

    It tells how far a set of that size can be trusted, not how much another seed changes. Wilson (1927), Probable
    inference, the law of succession, and statistical inference.
    """
    z = normal_quantile((1 + level) / 2)
    centre = (accuracy + z * z / (2 * examples)) / (1 + z * z / examples)
    spread = accuracy * (1 - accuracy) / examples + z * z / (4 * examples * examples)
    half = z * sqrt(spread) / (1 + z * z / examples)
    return Interval(max(0.0, centre - half), min(1.0, centre + half), level)
