"""Words in the letters that the terminal has: what it lacks is spelled out, and the columns stay where they are."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Literal

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

Letters = Literal["unicode", "console", "ascii"]
CP437 = frozenset(bytes(range(128, 255)).decode("cp437") + "☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼")
"""What the font of a console has beside ASCII; IBM's code page 437."""
_WORDS = {
    "λ": "lambda", "σ": "sigma", "Σ": "sum", "η": "eta", "ε": "eps", "β": "beta", "Δ": "delta", "√": "sqrt", "∞": "inf",
    "±": "+-", "≤": "<=", "≥": ">=", "≠": "!=", "…": "..", "²": "^2", "→": "->", "←": "<-", "‖": "||",
}  # fmt: skip
_SIGNS = {
    "λ": "l", "Σ": "S", "…": "~", "±": "~", "·": "*", "×": "x", "−": "-", "–": "-", "—": "-", "─": "-",
    "━": "=", "│": "|", "┊": "|", "┆": "|", "●": "o", "○": ".", "◆": "@", "◇": "+", "■": "#", "•": "*", "▸": ">",
    "›": ">", "‹": "<", "‘": "'", "’": "'", "“": '"', "”": '"', "↑": "^", "↓": "v", "≈": "~", "█": "#", "▀": "^",
    "▄": "_", "▌": "|", "▐": "|", "░": ":", "▒": "%", "▓": "#", "≤": "<", "≥": ">", "√": "v", "∞": "8", "→": ">",
    "←": "<", "‖": "|", "✓": "+", "²": "2", "╭": "+", "╮": "+", "╰": "+", "╯": "+", "├": "+", "▴": "^", "♦": "@",
    **dict.fromkeys("▁▂▃▅▆▇▔▏▎▍▊▉", " "),
}  # fmt: skip
_CONSOLE_SIGNS = {
    "●": "■", "◆": "♦", "◇": "○", "▸": "►", "━": "═", "✓": "√", "▴": "▲", "╭": "┌", "╮": "┐", "╰": "└",
    "╯": "┘", **dict.fromkeys("▁▂▃", " "), **dict.fromkeys("▅▆▇", "▄"),
}  # fmt: skip


class Spelling(LineFilter):
    """Replaces the letters of a finished line; what gets longer takes room from the blanks and rules after it."""

    def __init__(self, letters: Letters) -> None:
        super().__init__()
        self._console = letters == "console"

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """A line as wide as before."""
        text = "".join(segment.text for segment in segments if not segment.control)
        if self._has(text):
            return segments
        for words in range(sum(c in _WORDS and not self._has(c) for c in text), -1, -1):
            if (spelled := self._spelled(segments, words)) is not None:
                return spelled
        return segments

    def _has(self, text: str) -> bool:
        return text.isascii() or (self._console and all(c.isascii() or c in CP437 for c in text))

    def _spelled(self, segments: list[Segment], words: int) -> list[Segment] | None:
        """With so many spelled out, the others by a sign; None when the line has no room for it."""
        out: list[Segment] = []
        owed, before = 0, ""
        for text, style, control in segments:
            kept: list[str] = []
            for character in "" if control else text:
                said = character
                if not self._has(character):
                    said = _stand_in(character, in_full=words > 0, console=self._console)
                    words -= character in _WORDS
                if owed and said in (" ", "-", "─") and said == before:
                    owed -= 1
                    continue
                owed += len(said) - cell_len(character)
                kept.append(said)
                before = said[-1:] or before
            out.append(Segment(text if control else "".join(kept), style, control))
        return out if _shorten(out, owed) else None


def _shorten(line: list[Segment], columns: int) -> bool:
    """Take so many blanks off the end; whether there were enough."""
    for place in range(len(line) - 1, -1, -1):
        text, style, control = line[place]
        blanks = min(columns, len(text) - len(text.rstrip(" ")))
        line[place] = Segment(text[: len(text) - blanks], style, control)
        columns -= blanks
        if line[place].text:
            break
    return columns == 0


@lru_cache(maxsize=1024)
def _stand_in(character: str, *, in_full: bool, console: bool) -> str:
    """As wide as the character, or its word."""
    if console and character in _CONSOLE_SIGNS:
        return _CONSOLE_SIGNS[character]
    if in_full and character in _WORDS:
        return _WORDS[character]
    if character in _SIGNS:
        return _SIGNS[character]
    if 0x2800 <= ord(character) <= 0x28FF:
        return "." if ord(character) > 0x2800 else " "
    width = cell_len(character)
    plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return (plain if len(plain) == width else "?" * width) if character.isprintable() else character
