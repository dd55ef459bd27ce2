"""Axes that people can read: round limits that do not twitch, and round ticks."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor, isfinite, log10

Limits = tuple[float, float]
SMALLEST_SHARE = 0.45
"""A data range that needs less than this of the axis draws the axis anew."""


def nice_step(span: float, parts: int) -> float:
    """The round step (1, 2 or 5 times a power of ten) that cuts ``span`` into at most about ``parts``."""
    raw = span / max(1, parts)
    power = 10.0 ** floor(log10(raw))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= raw * 0.999)


def limits(values: Iterable[float], before: Limits | None = None, parts: int = 5) -> Limits:
    """Round limits around the finite values; those from before stay while they serve."""
    finite = [v for v in values if isfinite(v)]
    if not finite:
        return before or (0.0, 1.0)
    low, high = min(finite), max(finite)
    if before is not None and before[0] <= low and high <= before[1]:
        span = before[1] - before[0]
        if high - low >= SMALLEST_SHARE * span or span <= 1e-9 * max(abs(low), abs(high), 1e-300):
            return before
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        margin = abs(high) / 10 or 0.5
        low, high = low - margin, high + margin
    step = nice_step(high - low, parts)
    return floor(low / step + 1e-9) * step, ceil(high / step - 1e-9) * step


def ticks(low: float, high: float, parts: int) -> list[tuple[float, str]]:
    """Round places between the limits, with their labels."""
    step = nice_step(high - low, parts)
    digits = max(0, -floor(log10(step) + 1e-9))
    first = ceil(low / step - 1e-9)
    places = [i * step for i in range(first, floor(high / step + 1e-9) + 1)]
    if digits > 4 or max(map(abs, (low, high))) >= 1e6:
        return [(p, f"{p:.3g}") for p in places]
    return [(p, f"{p:,.{digits}f}") for p in places]


def log_ticks(low: float, high: float, parts: int) -> list[tuple[float, str]]:
    """Places (as log10) of 1, 2, 5 … within the limits (as log10), with the numbers as labels."""
    factors = (1.0,) if high - low > parts / 2 else (1.0, 2.0, 5.0)
    found = [
        (log10(f) + power, f"{f * 10.0**power:,g}") for power in range(floor(low), ceil(high) + 1) for f in factors
    ]
    found = [(place, label) for place, label in found if low - 1e-9 <= place <= high + 1e-9]
    if len(found) < 2:
        return [(place, f"{10.0**place:.3g}") for place in (low, high)]
    skip = ceil(len(found) / max(2, parts + 1))
    return found[::skip]
