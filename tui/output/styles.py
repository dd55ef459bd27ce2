"""The styles of text as a terminal is told them (SGR), and the shortest way from one to another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "21": "24", "5": "25", "7": "27", "8": "28", "9": "29"}
_UNSEEN_ON_BLANKS = frozenset(("1", "2", "3"))
_SEEN_ON_BLANKS = frozenset(("4", "21", "5", "7", "9"))
"""Underline, blink, reverse and strike-through show on a space too."""


@dataclass(frozen=True)
class Style:
    """Attributes, foreground and background, each as in the escape code; "" is the terminal's own."""

    attributes: frozenset[str] = frozenset()
    foreground: str = ""
    background: str = ""

    @property
    def of_blank(self) -> Style:
        """As much of it as a space shows."""
        return blank(self)

    @property
    def shows_on_blanks(self) -> bool:
        """Whether a space looks different for its attributes."""
        return bool(self.attributes) and not self.attributes.isdisjoint(_SEEN_ON_BLANKS)


PLAIN = Style()


@lru_cache(maxsize=1024)
def blank(style: Style) -> Style:
    """As much of a style as a space shows."""
    if style.attributes & _SEEN_ON_BLANKS:
        return style
    return Style(frozenset(), "", style.background)


def for_blank(now: Style | None, style: Style) -> Style:
    """The style nearest to ``now`` in which a space looks as it does in ``style``."""
    if now is None or style.attributes:
        return style
    return Style(now.attributes & _UNSEEN_ON_BLANKS, now.foreground, style.background)


@lru_cache(maxsize=1024)
def parsed(parameters: str) -> Style:
    """The style that an escape code sets from a plain one; what it does not know is left out."""
    attributes: set[str] = set()
    foreground = background = ""
    numbers = iter(parameters.split(";"))
    for number in numbers:
        if number in ("", "0"):
            attributes, foreground, background = set(), "", ""
        elif number in _OFF:
            attributes.add(number)
        elif number in ("38", "48"):
            kind = next(numbers, "")
            count = {"2": 3, "5": 1}.get(kind, 0)
            colour = ";".join([number, kind, *(next(numbers, "") for _ in range(count))])
            foreground, background = (colour, background) if number == "38" else (foreground, colour)
        elif number.isdecimal() and (30 <= int(number) <= 39 or 90 <= int(number) <= 97):
            foreground = "" if number == "39" else number
        elif number.isdecimal() and (40 <= int(number) <= 49 or 100 <= int(number) <= 107):
            background = "" if number == "49" else number
    return Style(frozenset(attributes), foreground, background)


@lru_cache(maxsize=4096)
def change(before: Style | None, after: Style) -> str:
    """The shortest escape code from one style to another; from None it starts anew."""
    if before == after:
        return ""
    whole = ";".join(part for part in ("0", *sorted(after.attributes), after.foreground, after.background) if part)
    if before is None:
        return f"\x1b[{whole}m"
    gone = {_OFF[a] for a in before.attributes - after.attributes}
    again = {a for a in after.attributes if _OFF[a] in gone}  # bold and faint end with the same code
    parts = [*sorted(gone), *sorted((after.attributes - before.attributes) | again)]
    if before.foreground != after.foreground:
        parts.append(after.foreground or "39")
    if before.background != after.background:
        parts.append(after.background or "49")
    part = ";".join(parts)
    return f"\x1b[{min(part, '' if whole == '0' else whole, key=len)}m"
