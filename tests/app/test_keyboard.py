"""Keys as the terminal sends them."""

from __future__ import annotations

import pytest
from textual.events import Key

from tui.output.keyboard import Keyboard


def keys(sent: str) -> list[str]:
    """What is understood of it."""
    keyboard = Keyboard()
    return [event.key for event in (*keyboard.feed(sent), *keyboard.feed("")) if isinstance(event, Key)]


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ("5", "5"),
        ("1", "1"),
        ("-", "minus"),
        ("?", "question_mark"),
        (".", "full_stop"),
        (" ", "space"),
        ("\r", "enter"),
        ("p", "p"),
        ("P", "P"),
    ],
)
def test_an_escape_that_arrives_together_with_the_next_key_is_not_lost(sent: str, key: str) -> None:
    assert keys("\x1b" + sent) == ["escape", key]


@pytest.mark.parametrize(
    ("sent", "key"), [("\x1b[A", "up"), ("\x1bOA", "up"), ("\x1b[Z", "shift+tab"), ("\x1b[15~", "f5"), ("5", "5")]
)
def test_codes_of_other_keys_are_understood_as_before(sent: str, key: str) -> None:
    assert keys(sent) == [key]
