"""The difference of two samples over seeds: its interval, its p, and how many more seeds would settle it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt
from typing import Literal

from trainer.analysis.distributions import LEVEL, t_quantile, two_sided_p
from trainer.analysis.intervals import Interval

MOST_SEEDS = 30
"""More further seeds than this are "many": the difference is too small to be worth them."""
POWER = 0.8
"""Chance that the seeds asked for settle a difference that is as large as the one seen."""

Method = Literal["paired", "welch", "none"]
"""By the differences of the seeds that both have; by Welch's test; not at all, with one seed."""


@dataclass(frozen=True)
class Difference:
    """Of the means of two samples, second − first."""

    method: Method
    counts: tuple[int, int]
    """Values in each; equal when paired."""
    means: tuple[float, float] | None = None
    mean: float | None = None
    """Of the difference; None when a sample is empty."""
    error: float | None = None
    """Standard error of ``mean``; 0 when nothing varies."""
    df: float | None = None
    """Degrees of freedom of Student's t."""
    interval: Interval | None = None
    """Of ``mean``; None when there is no spread to make it of."""
    p: float | None = None
    """Two-sided: how often chance alone gives a mean at least that far from 0."""

    @property
    def clear(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.interval is not None and 0.0 not in self.interval


def paired(pairs: Sequence[tuple[float, float]], level: float = LEVEL) -> Difference:
    """Student's t of the differences of at least one pair."""
    n = len(pairs)
    means = (fsum(a for a, _ in pairs) / n, fsum(b for _, b in pairs) / n)
    differences = [b - a for a, b in pairs]
    mean = fsum(differences) / n
    if n == 1:
        return Difference("none", (1, 1), means, mean)
    error = sqrt(fsum((d - mean) ** 2 for d in differences) / (n - 1) / n)
    return _with_interval(Difference("paired", (n, n), means, mean, error, n - 1.0), level)


def unpaired(a: Sequence[float], b: Sequence[float], level: float = LEVEL) -> Difference:
    """Welch's t, with Satterthwaite's degrees of freedom: the samples' deviations may differ."""
    counts = (len(a), len(b))
    if not a or not b:
        return Difference("none", counts)
    means = (fsum(a) / len(a), fsum(b) / len(b))
    mean = means[1] - means[0]
    if min(counts) < 2:
        return Difference("none", counts, means, mean)
    parts = [fsum((v - m) ** 2 for v in s) / (len(s) - 1) / len(s) for s, m in zip((a, b), means, strict=True)]
    total = sum(parts)
    below = sum(part * part / (n - 1) for part, n in zip(parts, counts, strict=True))
    df = total * total / below if below > 0 else min(counts) - 1.0
    return _with_interval(Difference("welch", counts, means, mean, sqrt(total), df), level)


def _with_interval(d: Difference, level: float) -> Difference:
    assert d.means is not None and d.mean is not None and d.error is not None and d.df is not None
    if d.error <= 1e-12 * max(map(abs, d.means)):  # no spread but rounding: nothing to make an interval of
        return Difference(d.method, d.counts, d.means, d.mean, 0.0, d.df)
    half = t_quantile((1 + level) / 2, d.df) * d.error
    interval = Interval(d.mean - half, d.mean + half, level)
    return Difference(d.method, d.counts, d.means, d.mean, d.error, d.df, interval, two_sided_p(d.mean / d.error, d.df))


def seeds_needed(d: Difference) -> int | None:
    """Further seeds with which a difference and a deviation as seen would be settled; None when many, or unknown.

    Enough for the interval to leave 0 out with a chance of 80 %: (t₀.₉₇₅ + t₀.₈)·error ≤ |mean|, where the error
    falls with √n. Cohen (1988), Statistical power analysis, with Student's t for the normal quantiles.
    """
    if not d.mean or not d.error or d.df is None or d.interval is None:
        return None
    n = min(d.counts)
    for more in range(1, MOST_SEEDS + 1):
        grown = (n + more) / n
        df = n + more - 1.0 if d.method == "paired" else d.df * grown
        needed = t_quantile((1 + d.interval.level) / 2, df) + t_quantile(POWER, df)
        if needed * d.error / sqrt(grown) <= abs(d.mean):
            return more
    return None


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """Several p values, corrected for being several: the chance of any false finding stays at the level.

    Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    corrected = [1.0] * len(ps)
    highest = 0.0
    for rank, i in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[i]))
        corrected[i] = highest
    return tuple(corrected)
