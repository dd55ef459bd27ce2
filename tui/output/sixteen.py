"""Colours on a terminal that has sixteen: chosen by hue, so that what differs in colour still does.

The nearest of the sixteen by distance, which Rich takes, is white for pink, violet, grey and every pale red.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

BLACK, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, WHITE = range(8)
BRIGHT = 8
_HUES = ((22, RED), (75, YELLOW), (172, GREEN), (216, CYAN), (268, BLUE), (331, MAGENTA), (361, RED))
"""Up to which angle of the colour wheel."""
_GREYS = ((0.2, BLACK), (0.48, BRIGHT + BLACK), (0.86, WHITE), (1.01, BRIGHT + WHITE))
"""Up to which lightness."""
_OWN: Mapping[str, int] = {"#857600": BLACK}
"""The dark yellow of the light palette would be its orange's."""


class Sixteen(LineFilter):
    """Replaces true colours by the sixteen."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same text."""
        return [Segment(text, _style(style), control) for text, style, control in segments]


class Upright(LineFilter):
    """No italics, for terminals that show something else instead: GNU screen swaps colour and ground."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same text."""
        return [Segment(text, _upright(style), control) for text, style, control in segments]


@lru_cache(maxsize=1024)
def _upright(style: Style | None) -> Style | None:
    return style + Style(italic=False) if style is not None and style.italic else style


@lru_cache(maxsize=4096)
def _style(style: Style | None) -> Style | None:
    if style is None:
        return None
    return style + Style.from_color(_nearest(style.color), _nearest(style.bgcolor, ground=True))


def _nearest(color: RichColor | None, *, ground: bool = False) -> RichColor | None:
    if color is None or color.type is not ColorType.TRUECOLOR or color.triplet is None:
        return color
    return RichColor.from_ansi(number(color.triplet.hex, ground=ground))


def number(colour: str, *, ground: bool = False) -> int:
    """Which of the sixteen ``#rrggbb`` is; a ground is never a bright colour but white, and dark where it can be."""
    if colour in _OWN:
        return _OWN[colour]
    hue, saturation, lightness = Color.parse(colour).hsl
    if saturation * min(lightness, 1 - lightness) < 0.08:
        return next(grey for limit, grey in _GREYS if lightness < limit)
    base = next(base for limit, base in _HUES if 360 * hue < limit)
    if ground:
        return BLUE if base == CYAN and lightness < 0.4 else base
    return base + BRIGHT * (lightness > 0.5)
