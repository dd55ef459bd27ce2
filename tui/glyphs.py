"""The few signs that the app draws with, for terminals that show Unicode, CP437 or ASCII."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STATES = ("completed", "training", "queued", "stopped", "failed")


@dataclass(frozen=True)
class Glyphs:
    """One set of signs, each one column wide."""

    shown: str
    hidden: str
    baseline: str
    changed: str
    invalid: str
    bar: str
    rest: str
    run: str
    pause: str
    more: str
    rule: str
    less_value: str
    more_value: str
    """Around a value that left and right change."""
    dot: str
    """Between words of one line."""
    fork: str
    """Between a run and what it was forked from."""
    arrows: tuple[str, ...]
    """Up, down, left, right, backspace, as keys are written."""
    pinned: str
    orders: tuple[str, str]
    """Sorted from the lowest, and from the highest."""
    states: Mapping[str, str]
    """What has become of a run, in one column: of each of ``STATES``."""


UNICODE = Glyphs(
    "●", "○", "◆", "•", "!", "━", "─", "▸", "‖", "…", "─", "‹", "›", "·", "←", ("↑", "↓", "←", "→", "bksp"), "▴",
    ("↑", "↓"), dict(zip(STATES, "✓▸·‖!", strict=True)),
)  # fmt: skip
CONSOLE = Glyphs(
    "■", "○", "♦", "•", "!", "═", "─", "►", "=", "~", "─", "<", ">", "·", "←", ("↑", "↓", "←", "→", "bksp"), "▲",
    ("↑", "↓"), dict(zip(STATES, "√►·=!", strict=True)),
)  # fmt: skip
"""What the fonts of a console have."""
ASCII = Glyphs(
    "o", ".", "B", "*", "!", "=", "-", ">", "=", "~", "-", "<", ">", "-", "<", ("up", "down", "left", "right", "bksp"),
    "^", ("^", "v"), dict(zip(STATES, "+>.=!", strict=True)),
)  # fmt: skip
