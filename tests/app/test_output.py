"""What is written to the terminal makes the same screen as what Textual wrote, with fewer bytes."""

from __future__ import annotations

import pyte
from hypothesis import given, settings
from hypothesis import strategies as some

from tui.output.screen import TerminalScreen
from tui.output.styles import PLAIN, change, parsed

WIDTH, HEIGHT = 20, 5
STYLES = ("0", "1", "4;31", "2;38;2;10;20;30", "38;5;200;48;2;1;2;3", "7", "1;3;97;44", "48;2;9;9;9")
texts = some.text(some.sampled_from("ab  │⠿드 "), min_size=1, max_size=8)
spans = some.tuples(some.integers(1, HEIGHT), some.integers(1, 8), some.sampled_from(STYLES), texts)


def written(update: list[tuple[int, int, str, str]]) -> str:
    """As Textual writes: absolute moves, every style from plain and back."""
    return "".join(f"\x1b[{y};{x}H\x1b[{style}m{text}\x1b[0m\r\n" for y, x, style, text in update)


def shown(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """What can be seen: the colour of a space's letter cannot."""
    rows = []
    for y in range(HEIGHT):
        row: list[tuple[object, ...]] = []
        for x in range(WIDTH):
            c = screen.buffer[y][x]
            seen = (c.fg, c.bold, c.italics) if c.data.strip() or c.underscore or c.reverse else ()
            row.append((c.data, c.bg, c.underscore, c.reverse, seen))
        rows.append(row)
    return rows


@given(some.lists(some.lists(spans, max_size=6), max_size=6))
@settings(max_examples=150, deadline=None)
def test_the_screen_is_the_same(updates: list[list[tuple[int, int, str, str]]]) -> None:
    plain, lean = pyte.Screen(WIDTH, HEIGHT + 1), pyte.Screen(WIDTH, HEIGHT + 1)
    for screen in (plain, lean):
        screen.reset_mode(7)  # no wrapping at the edge
    known = TerminalScreen()
    for update in updates:
        data = written(update)
        less = known.update(data)
        pyte.Stream(plain).feed(data.replace("\r\n", ""))
        pyte.Stream(lean).feed(less)
        assert shown(plain) == shown(lean)


def test_nothing_is_written_twice_until_the_screen_is_forgotten() -> None:
    known = TerminalScreen()
    data = written([(1, 1, "31", "dropout"), (2, 3, "1", "0.5")])
    first = known.update(data)
    assert "dropout" in first and known.update(data) == ""
    assert known.update(written([(1, 1, "31", "dropoux")])) == "\x1b[1;7H\x1b[0;31mx"
    known.forget()
    assert "dropout" in known.update(data)


def test_an_announced_update_that_draws_nothing_is_not_written() -> None:
    known = TerminalScreen()
    known.update(written([(1, 1, "0", "a")]))
    assert [known.update(part) for part in ("\x1b[?2026h", written([(1, 1, "0", "a")]), "\x1b[?2026l")] == [""] * 3
    assert "".join(known.update(part) for part in ("\x1b[?2026h", written([(1, 1, "0", "b")]), "\x1b[?2026l")) == (
        "\x1b[?2026h\x1b[1;1Hb\x1b[?2026l"
    )


def test_modes_titles_and_bells_pass_and_another_screen_is_unknown() -> None:
    known = TerminalScreen()
    data = written([(1, 1, "0", "a")])
    known.update(data)
    assert known.update("\x1b[?25l\x07\x1b]52;c;eA==\x07") == "\x1b[?25l\x07\x1b]52;c;eA==\x07"
    assert known.update(data) == ""
    known.update("\x1b[?1049h")
    assert "a" in known.update(data)


def test_styles_change_by_what_differs() -> None:
    bold, red = parsed("1"), parsed("1;31")
    assert change(PLAIN, bold) == "\x1b[1m" and change(bold, red) == "\x1b[31m"
    assert change(red, PLAIN) == "\x1b[m" and change(None, PLAIN) == "\x1b[0m"
    assert change(parsed("1;2"), parsed("2")) == "\x1b[0;2m"
