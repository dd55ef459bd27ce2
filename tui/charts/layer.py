"""Curves drawn by plotext, cached: curves that no longer grow are drawn once for a size and limits.

Only plotext's public calls, and from one thread, for plotext has one figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import isfinite, log10
from threading import Lock

from rich.style import Style

from tui.charts.frame import GUTTER, Frame, Rows
from tui.charts.ink import Ink, rgb, style

Points = list[tuple[int, int]]
TRAIN_SHARE = 0.8
RAW_SHARE = 0.35
"""How much of its colour a training curve keeps, and a raw curve beneath a smoothed one."""
_FIGURE = Lock()
"""plotext has one, and a dialog may draw beside the main screen."""
_COLOUR = re.compile(r"\x1b\[([0-9;]*)m")


@dataclass(frozen=True, eq=False)
class Line:
    """One curve; a point that is not finite is a gap. Compared by identity: it is what drawings are cached by."""

    x: Sequence[float]
    y: Sequence[float]
    colour: int
    """Place in the palette."""
    solid: bool
    """Training is a thin line, validation is beads."""
    growing: bool = False
    raw: bool = False
    """Whether it lies beneath its smoothed self."""

    @property
    def beads(self) -> bool:
        """Whether its epochs are drawn, rather than the line from one to the next."""
        return not self.solid and not self.raw


Cells = tuple[tuple[int, int, str, Style], ...]
"""Row from above, column, character and style of every cell that curves touch."""


def layer(lines: tuple[Line, ...], frame: Frame, ink: Ink, *, log: bool) -> Cells:
    """Curves drawn together, taken from a cache where they were drawn before.

    Of curves that grow only the newest states are kept: each holds all its points.
    """
    drawn = _growing if any(line.growing for line in lines) else _still
    with _FIGURE:
        return drawn(lines, frame, ink, log=log)


def _drawn(lines: tuple[Line, ...], frame: Frame, ink: Ink, *, log: bool) -> Cells:
    import plotext as plt  # late: it is not needed before the first curve

    plt.clear_figure()
    plt.limit_size(False, False)
    plt.plotsize(frame.columns, frame.rows)
    plt.canvas_color("default")
    plt.axes_color("default")
    plt.frame(False)
    plt.xticks([])
    plt.yticks([])
    plt.xlim(0, frame.columns * frame.across - 1)
    plt.ylim(0, frame.rows * frame.up - 1)
    plt.scatter([0], [0], marker=" ")  # without any data plotext draws nothing at all
    for line in sorted(lines, key=lambda item: not item.raw):
        share = RAW_SHARE if line.raw else TRAIN_SHARE if line.solid else 1.0
        paint = rgb(ink.colour(line.colour, share))
        for points in pieces(line, frame, log=log):
            if not line.beads:
                draw = plt.plot if len(points) > 1 else plt.scatter
                draw([p[0] for p in points], [p[1] for p in points], marker=ink.marks.line, color=paint)
                continue
            mark = ink.marks.dot or ink.marks.line
            beads = list(_beads(points, frame)) if frame.up > 1 else points + _between(points, 2)
            plt.scatter([p[0] for p in beads], [p[1] for p in beads], marker=mark, color=paint)
    return tuple(_cells(plt.build()))


_still = lru_cache(maxsize=24)(_drawn)
_growing = lru_cache(maxsize=4)(_drawn)


def lay(rows: Rows, lines: Sequence[Line], frame: Frame, ink: Ink, *, log: bool) -> None:
    """Draw curves over what is in the rows already; where both are points of one cell, both stay."""
    for y, x, character, look in layer(tuple(lines), frame, ink, log=log):
        rows[y][GUTTER + x] = (_joined(rows[y][GUTTER + x][0], character), look)


def _joined(below: str, above: str) -> str:
    if "\u2800" <= below <= "\u28ff" and "\u2800" <= above <= "\u28ff":
        return chr(ord(below) | ord(above))
    return above


def pieces(line: Line, frame: Frame, *, log: bool) -> Iterable[Points]:
    """The curve as points of the canvas, cut at its gaps; of each column only what shows."""
    piece: Points = []
    for x, y in zip(line.x, line.y, strict=True):
        if not isfinite(y) or not isfinite(x) or (log and y <= 0):
            if piece:
                yield reduced(piece)
            piece = []
        else:
            piece.append(frame.point(x, log10(y) if log else y))
    if piece:
        yield reduced(piece)


def reduced(points: Points) -> Points:
    """At most first, least, greatest and last of each column, in order: the picture is the same."""
    kept: Points = []
    start = 0
    for i in range(1, len(points) + 1):
        if i == len(points) or points[i][0] != points[start][0]:
            column = points[start:i]
            if len(column) > 4:
                low = min(range(len(column)), key=lambda k: column[k][1])
                high = max(range(len(column)), key=lambda k: column[k][1])
                column = [column[k] for k in sorted({0, low, high, len(column) - 1})]
            kept += column
            start = i
    return kept


def _beads(points: Points, frame: Frame) -> Iterable[tuple[int, int]]:
    """Four points for an epoch, and single ones between epochs that stand far apart."""
    right, top = frame.columns * frame.across - 2, frame.rows * frame.up - 2
    for x, y in points:
        left, low = min(x, right), min(y, top)
        yield from ((left, low), (left + 1, low), (left, low + 1), (left + 1, low + 1))
    yield from _between(points, 3)


def _between(points: Points, apart: int) -> Points:
    found: Points = []
    for (x0, y0), (x1, y1) in pairwise(points):
        count = max(x1 - x0, abs(y1 - y0)) // (apart + 1)
        found += [
            (round(x0 + (x1 - x0) * i / (count + 1)), round(y0 + (y1 - y0) * i / (count + 1)))
            for i in range(1, count + 1)
        ]
    return found


def _cells(picture: str) -> Iterable[tuple[int, int, str, Style]]:
    for y, line in enumerate(picture.split("\n")):
        x, look = 0, Style.null()
        for i, part in enumerate(_COLOUR.split(line)):
            if i % 2:
                look = _style(part)
                continue
            for character in part:
                if character not in " \u2800":
                    yield y, x, character, look
                x += 1


@lru_cache(maxsize=256)
def _style(code: str) -> Style:
    numbers = code.split(";")
    if numbers[:2] == ["38", "2"]:
        return style("#" + "".join(f"{int(n):02x}" for n in numbers[2:5]))
    return Style.null()
