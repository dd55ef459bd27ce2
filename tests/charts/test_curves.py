"""Long curves are drawn by fewer points, and look the same."""

from __future__ import annotations

from array import array
from math import inf, isfinite, nan, sin

from tui.charts.curves import MOST_POINTS, extent, thinned

LONG = 5 * MOST_POINTS
X = array("d", range(LONG))
Y = array("d", (sin(x / 700) + (x % 7) / 10 for x in X))


def test_a_long_curve_keeps_its_ends_its_peaks_and_its_gaps() -> None:
    y = Y[:]
    y[7_000], y[9_000], y[12_000] = 50.0, -50.0, nan
    y[15_000:16_000] = array("d", [inf] * 1_000)
    few_x, few_y = thinned(X, y, None)
    assert len(few_x) == len(few_y) <= MOST_POINTS + 64
    assert (few_x[0], few_x[-1]) == (0, LONG - 1) and list(few_x) == sorted(set(few_x))
    assert few_y[few_x.index(7_000)] == 50 and few_y[few_x.index(9_000)] == -50
    assert not isfinite(few_y[few_x.index(12_000)])
    hidden = [value for x, value in zip(few_x, few_y, strict=True) if 15_100 <= x < 15_900]
    assert hidden and not any(map(isfinite, hidden))
    assert extent(few_y)[:2] == (-50.0, 50.0) and extent(y) == (-50.0, 50.0, min(v for v in y if v > 0))


def test_a_window_shows_every_epoch_once_it_is_close() -> None:
    x, y = thinned(X, Y, (5_000.0, 5_040.0))
    assert list(x) == list(range(4_999, 5_042)) and y == Y[4_999:5_042]


def test_a_curve_that_grows_keeps_the_points_that_it_had() -> None:
    before, after = (set(thinned(X[:n], Y[:n], None)[0]) for n in (LONG - 5, LONG))
    assert len(before - after) <= 2  # its end
