"""The part of the x axis that is looked at: closer, wider, to and fro. Pure."""

from __future__ import annotations

from tui.charts.scale import Limits

STEP = 0.25
"""Share of the window that one press moves it."""


def closer(window: Limits, whole: Limits, centre: float | None, least: float) -> Limits:
    """Half of it, around ``centre`` where that is in sight, at least ``least`` wide."""
    low, high = window
    span = max((high - low) / 2, min(least, whole[1] - whole[0]))
    middle = centre if centre is not None and low <= centre <= high else (low + high) / 2
    return within((middle - span / 2, middle + span / 2), whole)


def wider(window: Limits, whole: Limits) -> Limits | None:
    """Twice as much; None once that is everything."""
    low, high = window
    span = high - low
    if 2 * span >= whole[1] - whole[0]:
        return None
    return within((low - span / 2, high + span / 2), whole)


def panned(window: Limits, whole: Limits, direction: int) -> Limits:
    """A quarter to the left or right."""
    by = (window[1] - window[0]) * STEP * direction
    return within((window[0] + by, window[1] + by), whole)


def showing(window: Limits, whole: Limits, place: float) -> Limits:
    """Moved as little as it takes to have ``place`` in sight."""
    low, high = window
    by = min(0.0, place - low) + max(0.0, place - high)
    return within((low + by, high + by), whole)


def within(window: Limits, whole: Limits) -> Limits:
    """Moved back into the whole."""
    low, high = window
    span = min(high - low, whole[1] - whole[0])
    low = max(whole[0], min(low, whole[1] - span))
    return low, low + span
