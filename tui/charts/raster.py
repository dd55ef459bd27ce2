"""Small pictures in a terminal: two pixels a cell as half blocks, or a ramp of characters where colours say nothing.

A picture is scaled by weights along each axis: which source pixels make a target pixel, and how much of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import floor

from rich.style import Style

from tui.charts.frame import Cell, Rows
from tui.charts.ink import Ink, mixed, rgb, style

Weights = Sequence[Sequence[tuple[int, float]]]
Field = Sequence[Sequence[float]]
"""Rows of values, the uppermost first."""
STEPS = 6
"""Shades from none to all, or from one end to the other. Each pair of two in a cell is a colour code: with 24 of them
half of what a picture wrote was such codes, with six it looks the same at this size."""


@dataclass(frozen=True)
class Shades:
    """What values from ``low`` to ``high`` look like."""

    low: float
    high: float
    colours: tuple[str, ...]
    characters: str

    def place(self, value: float, count: int) -> int:
        """Which of ``count`` equal parts the value lies in."""
        return max(0, min(count - 1, floor((value - self.low) / (self.high - self.low) * count)))


def brightness(colour: str, ink: Ink, *, high: float = 255) -> Shades:
    """From nothing (0) to a colour."""
    steps = tuple(mixed(colour, ink.ground, i / (STEPS - 1)) for i in range(STEPS))
    return Shades(0, high, steps, " .:-=+*#%@")


def diverging(ink: Ink, *, high: float = 255) -> Shades:
    """From one colour (0) over nothing (the middle) to another."""
    half = STEPS // 2
    below = tuple(mixed(ink.colour(0), ink.ground, i / half) for i in range(half, 0, -1))
    above = tuple(mixed(ink.colour(1), ink.ground, i / half) for i in range(1, half + 1))
    return Shades(0, high, (*below, ink.ground, *above), "=-. '+#")


@lru_cache(maxsize=64)
def box(source: int, target: int) -> Weights:
    """Each target pixel is the mean of the source under it."""
    share = source / target
    weights = []
    for t in range(target):
        low, high = t * share, (t + 1) * share
        inside = range(floor(low), min(source, floor(high) + 1))
        parts = [(s, (min(high, s + 1) - max(low, s)) / share) for s in inside]
        weights.append([(s, part) for s, part in parts if part > 1e-9])
    return weights


def linear(places: Sequence[float], source: int) -> Weights:
    """Values between the middles of source pixels; ``places`` are counted in source pixels, from the edge."""
    weights = []
    for place in places:
        at = max(0.0, min(source - 1.0, place - 0.5))
        low = min(floor(at), source - 2)
        weights.append([(low, 1 - (at - low)), (low + 1, at - low)])
    return weights


def scaled(values: Sequence[float], width: int, across: Weights, down: Weights) -> list[list[float]]:
    """A picture ``width`` pixels wide, row by row, as a field of other size."""
    needed = sorted({s for parts in down for s, _ in parts})
    narrow = {}
    for y in needed:
        row = values[y * width : (y + 1) * width]
        narrow[y] = [sum(row[s] * part for s, part in parts) for parts in across]
    return [[sum(narrow[s][x] * part for s, part in parts) for x in range(len(across))] for parts in down]


def pixel_rows(rows: int, ink: Ink) -> int:
    """How many pixels stand above each other in so many rows of cells."""
    return rows if ink.ramp else 2 * rows


def shaded(field: Field, shades: Shades, ink: Ink) -> Rows:
    """A field as cells."""
    if ink.ramp:
        marks, plain = shades.characters, style(ink.plain)
        return [[(marks[shades.place(v, len(marks))], plain) for v in row] for row in field]
    count = len(shades.colours)
    return blocks([[shades.colours[shades.place(v, count)] for v in row] for row in field], ink)


def blocks(colours: Sequence[Sequence[str]], ink: Ink) -> Rows:
    """Two rows of colours a row of cells; a last lone one stands over the ground."""
    rows: Rows = []
    for y in range(0, len(colours), 2):
        below = colours[y + 1] if y + 1 < len(colours) else [ink.ground] * len(colours[y])
        rows.append([_cell(top, bottom, ink.ground) for top, bottom in zip(colours[y], below, strict=True)])
    return rows


@lru_cache(maxsize=8192)
def _cell(top: str, bottom: str, ground: str) -> Cell:
    """Neighbours share their ground, and an even cell is a space: the half that stands out least is the ground."""
    if top == bottom:
        return " ", pair(top, top)
    if _distance(top, ground) > _distance(bottom, ground):
        return "▀", pair(top, bottom)
    return "▄", pair(bottom, top)


def _distance(colour: str, other: str) -> int:
    return sum(abs(a - b) for a, b in zip(rgb(colour), rgb(other), strict=True))


@lru_cache(maxsize=8192)
def pair(top: str, bottom: str, *, bold: bool = False) -> Style:
    """A colour on a ground of another."""
    return Style(color=top, bgcolor=bottom, bold=bold or None)


def spark(values: Sequence[float], width: int, ink: Ink) -> str:
    """Bars of one row, as many as ``width`` allows; the greatest value is a full one, zero is none."""
    marks = " .:-=+*#" if ink.markers == "ascii" else " ▁▂▃▄▅▆▇█"
    if not values or width < 1:
        return " " * max(0, width)
    means = scaled(values, len(values), box(len(values), min(width, len(values))), [[(0, 1.0)]])[0]
    most = max(means) or 1.0
    full = len(marks) - 1
    bars = "".join(marks[0] if v <= 0 else marks[max(1, min(full, round(v / most * full)))] for v in means)
    return bars.ljust(width)
