"""What the terminal sends, as keys."""

from __future__ import annotations

from collections.abc import Iterable
from string import digits, punctuation

from textual._xterm_parser import XTermParser
from textual.events import Key

AT_ONCE = {f"\x1b{key}" for key in {*digits, *punctuation, " ", "\r"} - {*"[]\\^_"}}
"""Escape with a key that arrives right after it, which begins no code of a terminal; with a letter it is ``alt+``."""


class Keyboard(XTermParser):
    """Textual's, but an escape that arrives together with the next key is one: typed fast, or brought by a slow link.

    Textual takes escape and 5 for the ∞ of a Mac's option key, escape and p for alt+p, and forgets the one before ?.
    """

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[Key]:
        if sequence in AT_ONCE:
            yield Key("escape", "\x1b")
            sequence = sequence[1]
        for key in super()._sequence_to_key_events(sequence, alt):
            if key.key.startswith("alt+") and key.character:
                yield Key("escape", "\x1b")
                yield Key(key.character, key.character)
            else:
                yield key
