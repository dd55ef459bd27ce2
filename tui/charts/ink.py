"""Colours and marks of a chart: what the theme and the terminal allow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rich.color import Color
from rich.style import Style

Markers = Literal["braille", "block", "dots", "ascii"]
"""2×4 or 2×2 points a cell; or one, for consoles whose font has neither; or ASCII."""
DARK_PALETTE = ("#56B4E9", "#E69F00", "#3FB68B", "#CC79A7", "#F0E442", "#E0662A", "#9C8CFF", "#A7B0BC")
LIGHT_PALETTE = ("#0072B2", "#B35C00", "#007A57", "#A83E7C", "#857600", "#B8321A", "#5B4BC4", "#5A6472")
"""Okabe and Ito's colours, which colour-blind people tell apart, moved to be read on a dark and on a light ground."""

RUN_LETTERS = "abcdefgh"


@dataclass(frozen=True)
class _Marks:
    line: str
    """plotext's name of the mark that draws curves."""
    across: int
    """Points that a cell has from left to right."""
    up: int
    dot: str
    """Mark of a validation curve's epoch where a cell is one point; empty where points are drawn."""
    between: str
    best: str
    upright: str
    cursor: str
    grid: str
    run: str
    samples: tuple[str, str]
    """How a training and a validation curve look, for the row above the chart."""
    choice: str
    """Mark of the choice that does nearly as well as the best."""
    fork: str
    """Where a run branches off its parent."""
    band: str
    """What fills a band where grounds cannot be told apart."""


_MARKS: dict[Markers, _Marks] = {
    "braille": _Marks("braille", 2, 4, "", "", "◆", "│", "┊", "·", "●", ("──", "⠶⠶"), "◇", "├", "░"),
    "block": _Marks("hd", 2, 2, "", "", "◆", "│", "┊", "·", "●", ("──", "▪▪"), "◇", "├", "░"),
    "dots": _Marks("·", 1, 1, "■", "■", "♦", "│", "│", " ", "■", ("··", "■■"), "○", "├", "░"),
    "ascii": _Marks(".", 1, 1, "o", "o", "@", "|", "|", " ", "o", ("..", "oo"), "+", "Y", ":"),
}


@dataclass(frozen=True)
class Ink:
    """What charts are drawn with."""

    palette: tuple[str, ...]
    axes: str
    """Colour of words and numbers."""
    plain: str
    """Colour of what is said loudest."""
    ground: str
    markers: Markers = "braille"
    quiet: bool = True
    """Whether faint colours can be told from bright ones: no grid without."""

    colours: bool = True
    """Whether colours are told apart at all: not where the user asked for none."""

    @property
    def ramp(self) -> bool:
        """Whether pictures are drawn in characters instead of colours."""
        return self.markers == "ascii" or not self.colours

    @property
    def marks(self) -> _Marks:
        """The signs."""
        return _MARKS[self.markers]

    def run(self, place: int) -> str:
        """The sign of a run before its name; where colours tell nothing, the letter that is on its curves."""
        return self.marks.run if self.colours else RUN_LETTERS[place % len(RUN_LETTERS)]

    def colour(self, place: int, share: float = 1.0) -> str:
        """A run's colour, mixed with the ground when ``share`` is below 1."""
        colour = self.palette[place % len(self.palette)]
        return mixed(colour, self.ground, share) if share < 1 and self.quiet else colour

    def faint(self, share: float) -> Style:
        """Style of what must not draw the eye."""
        return style(mixed(self.axes, self.ground, share) if self.quiet else self.axes)


def shades_of_ansi(*, dark: bool) -> tuple[str, str, str]:
    """Axes, loud words and ground where the terminal's own colours are drawn with: nobody can mix those."""
    return ("#8a8e95", "#d5dae2", "#101318") if dark else ("#71757a", "#1e242c", "#fbfbfa")


@lru_cache(maxsize=512)
def style(colour: str, *, bold: bool = False) -> Style:
    """The same style object for the same colour, so that cells are compared fast."""
    return Style(color=colour, bold=bold or None)


@lru_cache(maxsize=512)
def filled(colour: str, ground: str, *, bold: bool = False) -> Style:
    """Style of words on a ground of their own."""
    return Style(color=colour, bgcolor=ground, bold=bold or None)


@lru_cache(maxsize=512)
def with_ground(look: object, ground: str) -> Style:
    """The same style on another ground."""
    return (look if isinstance(look, Style) else Style.null()) + Style(bgcolor=ground)


@lru_cache(maxsize=512)
def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green, blue."""
    triplet = Color.parse(colour).get_truecolor()
    return triplet.red, triplet.green, triplet.blue


@lru_cache(maxsize=512)
def mixed(colour: str, ground: str, share: float) -> str:
    """``share`` of a colour over a ground."""
    parts = (round(a * share + b * (1 - share)) for a, b in zip(rgb(colour), rgb(ground), strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)
