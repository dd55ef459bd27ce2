"""The few signs that the app draws with, for terminals with and without Unicode."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Glyphs:
    """One set of signs, each one column wide."""

    shown: str
    hidden: str
    baseline: str
    cursor: str
    changed: str
    invalid: str
    bar: str
    rest: str
    run: str
    pause: str
    dot: str
    more: str
    rule: str


UNICODE = Glyphs("●", "○", "◆", "›", "•", "!", "━", "─", "▸", "‖", "·", "…", "─")
ASCII = Glyphs("o", ".", "B", ">", "*", "!", "=", "-", ">", "=", "-", "~", "-")
