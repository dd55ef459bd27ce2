"""How the app shows itself: themes and what the terminal can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.color import Color
from textual.filter import LineFilter
from textual.theme import BUILTIN_THEMES, Theme

from tui.charts.ink import Markers
from tui.glyphs import ASCII, CONSOLE, UNICODE, Glyphs
from tui.output.letters import Letters, Spelling
from tui.output.sixteen import Sixteen, Upright

DARK = Theme(
    "regtui-dark", primary="#56B4E9", accent="#56B4E9", secondary="#8C96A6", background="#101318", surface="#101318",
    panel="#181D24", foreground="#D5DAE2", warning="#E69F00", error="#FF7B72", success="#3FB68B", dark=True,
)  # fmt: skip
LIGHT = Theme(
    "regtui-light", primary="#0072B2", accent="#0067A3", secondary="#5A6472", background="#FBFBFA", surface="#FBFBFA",
    panel="#ECEEF0", foreground="#1E242C", warning="#9A5B00", error="#B3261E", success="#00704A", dark=False,
)  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How the app shows itself."""

    markers: Markers = "braille"
    theme: str = "regtui-dark"
    fps: float = 2.0
    bell: bool = False
    """Whether the end of a run rings."""
    italics: bool = True
    """Whether the terminal has slanted letters."""

    @property
    def letters(self) -> Letters:
        """What words and signs are written in: whoever has no finer points than a cell has few letters too."""
        match self.markers:
            case "ascii":
                return "ascii"
            case "dots":
                return "console"
            case _:
                return "unicode"

    def filters(self, colour_system: str | None) -> tuple[LineFilter, ...]:
        """What each line goes through before it is drawn; ``colour_system`` as Rich calls it."""
        found: list[LineFilter] = [Sixteen()] if colour_system == "standard" else []
        if not self.italics:
            found.append(Upright())
        if self.letters != "unicode":
            found.append(Spelling(self.letters))
        return tuple(found)

    @property
    def glyphs(self) -> Glyphs:
        """The signs."""
        return {"ascii": ASCII, "console": CONSOLE, "unicode": UNICODE}[self.letters]


def themes() -> tuple[str, ...]:
    """Names of all themes there are."""
    return (DARK.name, LIGHT.name, *sorted(BUILTIN_THEMES))


def shades(theme: Theme, colours: Mapping[str, str]) -> dict[str, str]:
    """What every theme needs beside Textual's own colours: quiet words, quieter rules, and the row of the cursor."""
    if theme.ansi:
        return {"quiet": "ansi_bright_black", "rule": "ansi_bright_black", "cursor": "ansi_blue"}
    ground, plain, accent = (Color.parse(colours[name]) for name in ("background", "foreground", "accent"))
    return {
        "quiet": ground.blend(plain, 0.62).hex,
        "rule": ground.blend(plain, 0.24).hex,
        "cursor": ground.blend(accent, 0.28).hex,
    }


def has_italics(environment: Mapping[str, str]) -> bool:
    """GNU screen and the Linux console show something else in their place; tmux may call itself ``screen``, too."""
    return not environment.get("TERM", "").startswith(("screen", "linux"))


def markers(environment: Mapping[str, str], *, unicode: bool) -> Markers:
    """What the terminal's font is known to have: the Linux console has no points finer than a cell."""
    if not unicode:
        return "ascii"
    return "dots" if environment.get("TERM") == "linux" else "braille"
