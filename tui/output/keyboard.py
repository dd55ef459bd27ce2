"""What the terminal sends, as keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from string import digits, punctuation

from textual._xterm_parser import XTermParser
from textual.events import Key

WORDS = frozenset({"\x1bb", "\x1bf", "\x1b\x7f"})
"""What alt with b, f and backspace sends: of use in a line of text only, to move by words and to delete one."""
AT_ONCE = {f"\x1b{key}" for key in {*digits, *punctuation, *" \r\t\x7fbf"} - {*"[]\\^_"}}
"""Escape with a key that arrives right after it; Textual tells of the others that alt is held with them."""
BACKTAB = "\x1b\t"
"""Shift and tab on the Linux console, and nowhere else."""


class Keyboard(XTermParser):
    """Textual's, but an escape that arrives together with the next key is one: typed fast, or brought by a slow link.

    Textual takes escape and 5 for the ∞ of a Mac's option key, escape and p for alt+p, and forgets the one before ?.
    """

    types_text: Callable[[], bool] = staticmethod(lambda: False)
    """Whether a line of text has the keys, where alt is one; the driver says so."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        if alt or (sequence in AT_ONCE and not self._is_a_key(sequence)):
            yield Key("escape", "\x1b")
            sequence = sequence[-1]
        yield from super()._sequence_to_key_events(sequence)

    def _is_a_key(self, sequence: str) -> bool:
        if sequence == BACKTAB:
            return os.environ.get("TERM") == "linux"
        return sequence in WORDS and self.types_text()
