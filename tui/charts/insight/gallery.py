"""Small pictures beside each other, each under a few words: as large as they can be, as many as fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from rich.cells import cell_len

from trainer.insight import Picture
from tui.charts.frame import BLANK, Rows
from tui.charts.ink import Ink, style
from tui.charts.raster import Shades, blocks, box, pixel_rows, scaled, shaded
from tui.charts.words import cells, cut

GAP = 2
"""Columns between pictures."""
LARGEST, SMALLEST = 28, 6
"""Pixels across a picture; those that have more are made smaller."""


@dataclass(frozen=True)
class Shelf:
    """How pictures are laid out."""

    size: int
    """Columns of a picture, and twice its rows."""
    columns: int
    rows: int

    @property
    def places(self) -> int:
        """Pictures that find room."""
        return self.columns * self.rows


def shelf(count: int, native: int, words: int, width: int, height: int) -> Shelf | None:
    """The layout that shows most of pictures ``native`` pixels across under ``words`` columns; None where none fits."""
    best, filled = None, 0
    for size in range(LARGEST, min(SMALLEST, native) - 1, -1):
        if native <= LARGEST // 2 and size % native:
            continue  # what is made larger stays sharp
        room = max(size, words) + GAP
        found = Shelf(size, (width - 1 + GAP) // room, height // (-(-size // 2) + 1))
        area = size**2 * min(count, found.places)
        if area > filled:
            best, filled = found, area
    return best


def hang(pictures: Sequence[tuple[str, Picture]], shades: Shades, width: int, height: int, ink: Ink) -> Rows:
    """``height`` rows of ``width`` cells."""
    rows: Rows = [[BLANK] * width for _ in range(height)]
    native = max((picture.width for _, picture in pictures), default=1)
    words = max((cell_len(text) for text, _ in pictures), default=0)
    layout = shelf(len(pictures), native, words, width, height)
    if layout is None:
        return rows
    room = max(layout.size, words) + GAP
    tall = -(-layout.size // 2) + 1
    for (text, picture), (down, across) in zip(
        pictures, product(range(layout.rows), range(layout.columns)), strict=False
    ):
        left, top = 1 + across * room, down * tall
        rows[top][left : left + room] = cells([(cut(text, room), style(ink.axes))], room)[: width - left]
        for y, row in enumerate(draw(picture, layout.size, shades, ink), start=top + 1):
            rows[y][left : left + len(row)] = row
    return rows


def draw(picture: Picture, size: int, shades: Shades, ink: Ink) -> Rows:
    """One picture, ``size`` columns wide."""
    tall = max(1, round(size * picture.height / picture.width))
    across, down = box(picture.width, size), box(picture.height, pixel_rows(-(-tall // 2), ink))
    planes = [
        scaled(picture.pixels[c :: picture.channels], picture.width, across, down) for c in range(picture.channels)
    ]
    if len(planes) == 1:
        return shaded(planes[0], shades, ink)
    if ink.ramp:
        grey = [[sum(values) / 3 for values in zip(*rows, strict=True)] for rows in zip(*planes, strict=True)]
        return shaded(grey, shades, ink)
    return blocks([[_colour(*values) for values in zip(*rows, strict=True)] for rows in zip(*planes, strict=True)], ink)


def _colour(*parts: float) -> str:
    """Five bits a colour are enough, and let cells be compared and styles be kept."""
    return "#" + "".join(f"{min(248, round(part)) & 0xF8:02x}" for part in parts)
