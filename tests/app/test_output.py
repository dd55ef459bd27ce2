"""What is written to the terminal makes the same screen as what Textual wrote, with fewer bytes."""

from __future__ import annotations

import subprocess
import sys

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tui.output.pen import way
from tui.output.screen import TerminalScreen
from tui.output.styles import PLAIN, change, parsed
from tui.output.terminfo import Terminfo

WIDTH, HEIGHT = 20, 5
STYLES = ("0", "1", "4;31", "2;38;2;10;20;30", "38;5;200;48;2;1;2;3", "7", "1;3;97;44", "48;2;9;9;9")
texts = some.text(some.sampled_from("ab  │⠿드 "), min_size=1, max_size=8)
spans = some.tuples(some.integers(1, HEIGHT), some.integers(1, 8), some.sampled_from(STYLES), texts)


def written(update: list[tuple[int, int, str, str]]) -> str:
    """As Textual writes: absolute moves, every style from plain and back."""
    return "".join(f"\x1b[{y};{x}H\x1b[{style}m{text}\x1b[0m\r\n" for y, x, style, text in update)


def shown(screen: pyte.Screen, width: int = WIDTH) -> list[list[tuple[object, ...]]]:
    """What can be seen: the colour of a space's letter cannot."""
    rows = []
    for y in range(HEIGHT):
        row: list[tuple[object, ...]] = []
        for x in range(width):
            c = screen.buffer[y][x]
            seen = (c.fg, c.bold, c.italics) if c.data.strip() or c.underscore or c.reverse else ()
            row.append((c.data, c.bg, c.underscore, c.reverse, seen))
        rows.append(row)
    return rows


class Own(pyte.Screen):
    """A terminal that erases in its own background, as GNU screen does."""

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        with_colours, self.cursor.attrs = self.cursor.attrs, self.default_char
        super().erase_in_line(how, private)
        self.cursor.attrs = with_colours

    def erase_characters(self, count: int | None = None) -> None:
        with_colours, self.cursor.attrs = self.cursor.attrs, self.default_char
        super().erase_characters(count)
        self.cursor.attrs = with_colours


TERMINALS = [
    (pyte.Screen, Terminfo(el=True, ech=True, bce=True)),
    (pyte.Screen, Terminfo(el=True, bce=True)),
    (Own, Terminfo(el=True, ech=True)),
    (pyte.Screen, Terminfo()),
]
NAMES = ["erases in any background", "has no ech", "erases in its own background", "promises nothing"]


@pytest.mark.parametrize(("emulator", "terminal"), TERMINALS, ids=NAMES)
@given(some.lists(some.lists(spans, max_size=8), max_size=6), some.booleans())
@settings(max_examples=50, deadline=None)
def test_the_screen_is_the_same(
    emulator: type[pyte.Screen], terminal: Terminfo, updates: list[list[tuple[int, int, str, str]]], painted: bool
) -> None:
    plain, lean = pyte.Screen(WIDTH, HEIGHT + 1), emulator(WIDTH, HEIGHT + 1)
    for screen in (plain, lean):
        screen.reset_mode(7)  # no wrapping at the edge
    known = TerminalScreen(terminal, WIDTH)
    whole = [(y, 1, "48;2;1;2;3", " " * WIDTH) for y in range(1, HEIGHT + 1)]
    for update in [whole] * painted + updates:
        data = written(update)
        less = known.update(data)
        pyte.Stream(plain).feed(data.replace("\r\n", ""))
        pyte.Stream(lean).feed(less)
        assert shown(plain) == shown(lean)


rows = some.lists(some.tuples(some.sampled_from(STYLES), some.integers(1, 30), texts), max_size=8)


@pytest.mark.parametrize(("emulator", "terminal"), TERMINALS, ids=NAMES)
@given(some.lists(some.lists(rows, min_size=HEIGHT, max_size=HEIGHT), min_size=1, max_size=4))
@settings(max_examples=25, deadline=None)
def test_one_whole_screen_after_another_is_the_same(
    emulator: type[pyte.Screen], terminal: Terminfo, screens: list[list[list[tuple[str, int, str]]]]
) -> None:
    width = 60
    plain, lean = pyte.Screen(width, HEIGHT), emulator(width, HEIGHT)
    for screen in (plain, lean):
        screen.reset_mode(7)
    known = TerminalScreen(terminal, width)
    for whole in screens:
        data = ""
        for y, row in enumerate(whole, start=1):
            data += f"\x1b[{y};1H"
            used = 0
            for style, blanks, letters in row:
                text = letters.replace("드", "▀")[: width - used].ljust(min(width - used, blanks))
                data += f"\x1b[{style}m{text}\x1b[0m"
                used += len(text)
            data += f"\x1b[48;2;1;2;3m{' ' * (width - used)}\x1b[0m"
        pyte.Stream(plain).feed(data)
        pyte.Stream(lean).feed(known.update(data))
        assert shown(plain, width) == shown(lean, width)


@pytest.mark.parametrize(("emulator", "terminal"), TERMINALS, ids=NAMES)
@given(some.lists(some.lists(spans.filter(lambda span: "드" not in span[3]), max_size=8), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_what_was_held_is_written_once(
    emulator: type[pyte.Screen], terminal: Terminfo, updates: list[list[tuple[int, int, str, str]]]
) -> None:
    plain, lean = pyte.Screen(WIDTH, HEIGHT + 1), emulator(WIDTH, HEIGHT + 1)
    for screen in (plain, lean):
        screen.reset_mode(7)
    known = TerminalScreen(terminal, WIDTH)
    before = "\x1b[1;1Hbefore"
    pyte.Stream(plain).feed(before)
    pyte.Stream(lean).feed(known.update(before))
    known.hold()
    for update in updates:
        data = written(update)
        assert known.update(f"\x1b[?2026h{data}\x1b[?2026l") == ""
        pyte.Stream(plain).feed(data.replace("\r\n", ""))
    held = known.release()
    if held:
        assert held.startswith("\x1b[?2026h") and held.endswith("\x1b[?2026l")
    pyte.Stream(lean).feed(held)
    assert shown(plain) == shown(lean)
    assert known.release() == ""


def test_what_changes_twice_while_held_is_written_once() -> None:
    known = TerminalScreen(width=WIDTH)
    known.update(written([(1, 1, "0", "first")]))
    known.hold()
    known.update(written([(1, 1, "0", "later")]))
    known.update(written([(1, 1, "0", "fires")]) + "\x1b[2;2H")
    assert known.release() == "\b\bes\v\x1b[4D"
    assert known.update(written([(1, 1, "0", "fired")])) == "\x1b[1;5Hd"


def test_the_cursor_is_where_it_is_wanted_when_what_was_held_is_written() -> None:
    known, screen = TerminalScreen(width=WIDTH), pyte.Screen(WIDTH, HEIGHT)
    pyte.Stream(screen).feed(known.update("\x1b[1;1Hbefore"))
    known.hold()
    for part in ("\x1b[?2026h", written([(1, 1, "0", "first")]) + "\x1b[2;3H", "\x1b[?2026l"):
        assert known.update(part) == ""
    pyte.Stream(screen).feed(known.release())
    assert (screen.cursor.y, screen.cursor.x) == (1, 2)


def test_nothing_is_held_of_a_screen_that_is_not_known() -> None:
    known = TerminalScreen(width=WIDTH)
    known.update(written([(1, 1, "0", "first")]))
    known.hold()
    assert known.update(written([(2, 1, "0", "held")])) == ""
    known.forget(WIDTH)
    assert "second" in known.update(written([(1, 1, "0", "second")]))
    known.forget(WIDTH)
    known.hold()
    assert "third" in known.update(written([(1, 1, "0", "third")]))


@given(*[some.integers(0, 11) for _ in range(2)], *[some.integers(0, 29) for _ in range(2)])
def test_the_pen_goes_where_it_should(row: int, down: int, column: int, across: int) -> None:
    screen = pyte.Screen(30, 12)
    screen.cursor_position(row + 1, column + 1)
    code = way((row, column), down, across)
    pyte.Stream(screen).feed(code)
    assert (screen.cursor.y, screen.cursor.x) == (down, across)
    assert len(code) <= len(f"\x1b[{down + 1};{across + 1}H") and "\n" not in code
    pyte.Stream(screen).feed(way(None, down, across))
    assert (screen.cursor.y, screen.cursor.x) == (down, across)


def test_the_rest_of_a_row_is_erased_where_the_terminal_can() -> None:
    full = written([(1, 1, "44", "a" * WIDTH)])
    empty = written([(1, 1, "44", "a" + " " * (WIDTH - 1))])
    for terminal, code in ((Terminfo(el=True, bce=True), "\x1b[K"), (Terminfo(el=True), " " * (WIDTH - 1))):
        known = TerminalScreen(terminal, WIDTH)
        known.update(full)
        assert known.update(empty) == f"\x1b[1;2H{code}"


def test_colours_are_written_one_after_the_other_where_that_is_shorter() -> None:
    known = TerminalScreen()
    red, blue = "38;2;255;0;0", "38;2;0;0;255"
    first = known.update("".join(written([(1, x, (red, blue)[x % 2], "a")]) for x in range(1, 13)))
    assert first.count(red) == first.count(blue) == 1


@pytest.mark.parametrize(
    ("name", "promised"),
    [
        ("linux", "True, ech=True, bce=True"),
        ("vt100", "True, ech=False, bce=False"),
        ("", "False, ech=False, bce=False"),
    ],
)
def test_what_a_terminal_promises_is_read(name: str, promised: str) -> None:
    asked = f"from tui.output.terminfo import terminfo; print(terminfo({name!r}))"  # once in a process
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert f"el={promised}" in told


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
        "\x1b[?2026h\x1b[1Hb\x1b[?2026l"
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
