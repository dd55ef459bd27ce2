"""Text from files and users, made safe to print on a terminal."""

from __future__ import annotations

import unicodedata

_DIRECTIONS = {
    "\u061c",
    *map(chr, range(0x200E, 0x2010)),
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
}


def harmless(text: str) -> str:
    """Control characters, escape codes and writing-direction marks as visible escapes."""
    return "".join(ascii(c)[1:-1] if unicodedata.category(c) in ("Cc", "Cs") or c in _DIRECTIONS else c for c in text)
