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
        ("f", "f"),
        ("b", "b"),
        ("\t", "tab"),
        ("\x7f", "backspace"),
        ("[", "left_square_bracket"),
        ("]", "right_square_bracket"),
        ("\x10", "ctrl+p"),
        ("\x1a", "ctrl+z"),
    ],
)
def test_an_escape_that_arrives_together_with_the_next_key_is_not_lost(sent: str, key: str) -> None:
    assert keys("\x1b" + sent) == ["escape", key]


@pytest.mark.parametrize(
    ("sent", "key"), [("\x1b[A", "up"), ("\x1bOA", "up"), ("\x1b[Z", "shift+tab"), ("\x1b[15~", "f5"), ("5", "5")]
)
def test_codes_of_other_keys_are_understood_as_before(sent: str, key: str) -> None:
    assert keys(sent) == [key]


@pytest.mark.parametrize(("sent", "key"), [("\x1bf", "ctrl+right"), ("\x1bb", "ctrl+left"), ("\x1b\x7f", "ctrl+w")])
def test_alt_moves_by_words_where_a_line_of_text_is_typed(sent: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Keyboard, "types_text", staticmethod(lambda: True))
    assert keys(sent) == [key]


@pytest.mark.parametrize(
    ("sent", "key"),
    [("\x1b\t", "shift+tab"), ("\x1b[[A", "f1"), ("\x1b[1~", "home"), ("\x1b[4~", "end"), ("\x7f", "backspace")],
)
def test_keys_of_the_linux_console_are_understood(sent: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "linux")
    assert keys(sent) == [key]
