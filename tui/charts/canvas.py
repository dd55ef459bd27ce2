"""One plot as rows of cells, drawn by plotext's public calls; from one thread only, for plotext has one figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import isfinite, log10
from typing import Any, Protocol

from rich.color import Color
from rich.style import Style
from rich.text import Text

from tui.charts.scale import Limits, log_ticks, ticks
from tui.charts.scene import PALETTE

Cell = tuple[str, Style | None]


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


class Plot(Protocol):
    """What ``draw`` needs to know."""

    @property
    def lines(self) -> Sequence[Line]:
        """The curves."""

    @property
    def dials(self) -> Sequence[float]:
        """Upright lines where a setting was changed."""

    @property
    def x_limits(self) -> Limits:
        """Both ends of the axis."""

    @property
    def y_limits(self) -> Limits:
        """Both ends of the axis, as log10 on a log axis."""

    @property
    def log(self) -> bool:
        """Whether heights are drawn as log10."""

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are written along the x axis."""

    @property
    def cursor(self) -> float | None:
        """Where the cursor stands."""


@dataclass(frozen=True)
class Ink:
    """Colours and marks of the theme and the terminal."""

    axes: str
    dim: float
    """How much of its colour a dim curve keeps."""
    ground: str
    ascii: bool = False

    @property
    def line(self) -> str:
        """Mark of a solid curve."""
        return "*" if self.ascii else "braille"

    @property
    def dot(self) -> str:
        """Mark of an epoch on a dotted curve."""
        return "o" if self.ascii else "•"

    @property
    def between(self) -> str:
        """Mark between two epochs of a dotted curve."""
        return "." if self.ascii else "·"

    @property
    def best(self) -> str:
        """Mark of the best epoch."""
        return "@" if self.ascii else "◆"

    @property
    def solid_sample(self) -> str:
        """How a solid curve looks, for the row above the chart."""
        return "--" if self.ascii else "──"

    @property
    def dotted_sample(self) -> str:
        """How a dotted curve looks."""
        return self.dot * 2

    @property
    def upright(self) -> str:
        """Mark of an upright line."""
        return "|" if self.ascii else "┊"


def reduced(
    xs: Sequence[float], ys: Sequence[float], low: float, high: float, columns: int
) -> list[tuple[float, float]]:
    """At most first, least, greatest and last of each column, in order: the picture of a long curve is unchanged."""
    if len(xs) <= 2 * columns or high <= low:
        return list(zip(xs, ys, strict=True))
    buckets: dict[int, list[int]] = {}
    for i, x in enumerate(xs):
        buckets.setdefault(int((x - low) / (high - low) * columns), []).append(i)
    kept: list[int] = []
    for members in buckets.values():
        least, most = min(members, key=ys.__getitem__), max(members, key=ys.__getitem__)
        kept += sorted({members[0], least, most, members[-1]})
    return [(xs[i], ys[i]) for i in kept]


def pieces(line: Line, log: bool) -> list[tuple[list[float], list[float]]]:
    """The curve cut at its gaps."""
    found: list[tuple[list[float], list[float]]] = []
    open_piece = False
    for x, y in zip(line.x, line.y, strict=True):
        if not isfinite(x) or not isfinite(y) or (log and y <= 0):
            open_piece = False
            continue
        if not open_piece:
            found.append(([], []))
            open_piece = True
        found[-1][0].append(x)
        found[-1][1].append(log10(y) if log else y)
    return found


def draw(plot: Plot, width: int, height: int, ink: Ink) -> list[list[Cell]]:
    """``height`` rows of ``width`` cells."""
    import plotext as plt  # late: it is not needed before the first picture

    plt.clear_figure()
    plt.limit_size(False, False)
    plt.plotsize(width, height)
    for paint in (plt.canvas_color, plt.axes_color):
        paint("default")
    plt.ticks_color(_rgb(ink.axes))
    (low, high), y_range, cursor = plot.x_limits, plot.y_limits, plot.cursor
    plt.xlim(low, high)
    plt.ylim(*y_range)
    inner = max(4, width - 8)
    rows = max(2, (height - 2) // 2)
    marked = log_ticks(*y_range, rows) if plot.log else ticks(*y_range, rows)
    plt.yticks([p for p, _ in marked], [f"{label:>6}" for _, label in marked])
    across = [(p, label) for p, label in ticks(low, high, max(2, inner // 9)) if not plot.whole or p == int(p)]
    plt.xticks([p for p, _ in across], [label for _, label in across])
    plt.frame(False)
    plt.scatter([low], [y_range[0]], marker=" ")  # without any data plotext draws no axes
    for x, colour in ((x, ink.axes) for x in plot.dials):
        _upright(plt, x, y_range, height, colour, "|" if ink.ascii else "│")
    if cursor is not None and low <= cursor <= high:
        _upright(plt, cursor, y_range, height, ink.axes, ink.upright)
    for line in sorted(plot.lines, key=lambda item: not item.dim):
        _curve(plt, line, plot, inner, ink)
    return _cells(plt.build(), width, height)


def _upright(plt: Any, x: float, y_range: Limits, height: int, colour: str, mark: str) -> None:
    low, high = y_range
    places = [low + (high - low) * i / max(1, height - 1) for i in range(height)]
    plt.scatter([x] * len(places), places, marker=mark, color=_rgb(colour))


def _curve(plt: Any, line: Line, plot: Plot, columns: int, ink: Ink) -> None:
    colour = PALETTE[line.colour % len(PALETTE)]
    paint = _rgb(_mixed(colour, ink.ground, ink.dim) if line.dim else colour)
    low, high = plot.x_limits
    for xs, ys in pieces(line, plot.log):
        points = reduced(xs, ys, low, high, columns)
        if line.solid and len(points) > 1:
            plt.plot([p[0] for p in points], [p[1] for p in points], marker=ink.line, color=paint)
        elif line.solid:
            plt.scatter(*zip(*points, strict=True), marker=ink.dot, color=paint)
        else:
            _dotted(plt, points, (high - low) / columns, ink, paint)
        if line.best is not None and line.best in xs:
            at = xs.index(line.best)
            plt.scatter([xs[at]], [ys[at]], marker=ink.best, color=paint)


def _dotted(plt: Any, points: list[tuple[float, float]], column: float, ink: Ink, paint: tuple[int, int, int]) -> None:
    """Epochs as dots, with small ones between where they stand far apart."""
    small: list[tuple[float, float]] = []
    for (x0, y0), (x1, y1) in pairwise(points):
        count = int((x1 - x0) / column / 2) if column > 0 else 0
        small += [(x0 + (x1 - x0) * i / (count + 1), y0 + (y1 - y0) * i / (count + 1)) for i in range(1, count + 1)]
    for group, mark in ((small, ink.between), (points, ink.dot)):
        if group:
            plt.scatter(*zip(*group, strict=True), marker=mark, color=paint)


@lru_cache(maxsize=256)
def _rgb(colour: str) -> tuple[int, int, int]:
    triplet = Color.parse(colour).get_truecolor()
    return triplet.red, triplet.green, triplet.blue


def _mixed(colour: str, ground: str, share: float) -> str:
    mixed = (round(a * share + b * (1 - share)) for a, b in zip(_rgb(colour), _rgb(ground), strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _cells(picture: str, width: int, height: int) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for line in picture.split("\n")[:height]:
        text = Text.from_ansi(line)
        styles: list[Style | None] = [None] * len(text.plain)
        for span in text.spans:
            style = span.style if isinstance(span.style, Style) else None
            styles[span.start : span.end] = [style] * (span.end - span.start)
        row: list[Cell] = list(zip(text.plain, styles, strict=True))[:width]
        rows.append(row + [(" ", None)] * (width - len(row)))
    rows += [[(" ", None)] * width for _ in range(height - len(rows))]
    return rows
