"""How the app shows itself: themes and what the terminal can do."""

from __future__ import annotations

from dataclasses import dataclass

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    "regtui-dark", primary="#56B4E9", accent="#56B4E9", secondary="#8C96A6", background="#101318", surface="#101318",
    panel="#1B2028", foreground="#D5DAE2", warning="#E69F00", error="#FF7B72", success="#3FB68B", dark=True,
)  # fmt: skip
LIGHT = Theme(
    "regtui-light", primary="#0072B2", accent="#0072B2", secondary="#5A6472", background="#FBFBFA", surface="#FBFBFA",
    panel="#ECEEF0", foreground="#1E242C", warning="#9A5B00", error="#B3261E", success="#00704A", dark=False,
)  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How the app shows itself."""

    ascii: bool = False
    theme: str = "regtui-dark"
    fps: float = 2.0


def themes() -> tuple[str, ...]:
    """Names of all themes there are."""
    return (DARK.name, LIGHT.name, *sorted(BUILTIN_THEMES))
