"""Terminals that have fewer letters or colours than are drawn with."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from tests.app.driving import opened
from tests.app.sources import Recorded
from tui.appearance import Look, has_italics
from tui.charts.ink import DARK_PALETTE, LIGHT_PALETTE
from tui.keys import KEYS
from tui.output.letters import CP437, Spelling
from tui.output.sixteen import Sixteen, number

BLACK = Color(0, 0, 0)


def through(one: LineFilter, *texts: str) -> str:
    """A line of segments, filtered."""
    return "".join(segment.text for segment in one.apply([Segment(text) for text in texts], BLACK))


@pytest.mark.parametrize(
    ("line", "spelled"),
    [
        ("L1 λ            ‹0›", "L1 lambda       <0>"),
        ("L1 λ ─────── 0 … 10", "L1 lambda -- 0 ~ 10"),
        ("λ₁·Σ|w|        ", "lambda1*sum|w| "),
        ("Which λ? ", "Which l? "),
        ("Which λ?", "Which l?"),
        ("드롭 ½ é ✗", "???? ? e ?"),
        ("92.1 % ± 0.2 ", "92.1 % +- 0.2"),
    ],
)
def test_words_are_spelled_out_where_the_line_has_room_and_no_column_moves(line: str, spelled: str) -> None:
    assert through(Spelling("ascii"), line) == spelled


def test_styles_stay_with_their_words() -> None:
    line = Spelling("ascii").apply([Segment("λ", Style(bold=True)), Segment("        0")], BLACK)
    assert line == [Segment("lambda", Style(bold=True)), Segment("   0")]


def test_the_console_keeps_what_its_font_has() -> None:
    assert through(Spelling("console"), "● L2 λ        ━━ ±Σ· ✓") == "■ L2 lambda   ══ ±Σ· √"


def test_every_palette_keeps_its_colours_apart_with_sixteen() -> None:
    for palette in (DARK_PALETTE, LIGHT_PALETTE):
        assert len({number(colour.lower()) for colour in palette}) == len(palette)
    (segment,) = Sixteen().apply([Segment("x", Style(color="#cc79a7", bgcolor="#101318"))], BLACK)
    assert segment.style == Style(color="color(13)", bgcolor="color(0)")


def test_screen_and_the_console_are_spared_italics_and_nothing_else() -> None:
    assert [has_italics({"TERM": term}) for term in ("screen-256color", "linux", "xterm-256color")] == [
        False,
        False,
        True,
    ]
    line = [Segment("data", Style(italic=True, bold=True)), Segment("seed", Style(bold=True))]
    (only,) = Look(italics=False).filters("truecolor")
    assert [s.style for s in only.apply(line, BLACK)] == [Style(bold=True, italic=False), Style(bold=True)]
    assert not Look().filters("truecolor")


@pytest.mark.parametrize(("markers", "more"), [("ascii", frozenset()), ("dots", CP437)])
async def test_nothing_else_is_drawn_on_any_screen(tmp_path: Path, markers: str, more: frozenset[str]) -> None:
    look = Look("ascii" if markers == "ascii" else "dots")
    async with opened(Recorded(), tmp_path / "runs", look=look) as app:

        def foreign() -> set[str]:
            return {c for c in app.screen() if not c.isascii() and c not in more}

        await app.press("r")
        await app.until_idle()
        assert "L1 lambda" in app.screen() and "train" in app.screen()
        for key in (key.key for key in KEYS if key.action.startswith("page")):
            await app.press(key)
            await app.until(lambda: not foreign())
        await app.press("1")
        for key in ("question_mark", "p", "l", "i", "T", "E", "g", "w", "ctrl+p"):
            await app.press(key)
            await app.until(lambda: app.app.screen is not app.main)
            assert not foreign(), key
            await app.press("escape")
            await app.until(lambda: app.app.screen is app.main)


async def test_without_colours_letters_tell_the_runs_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await app.press("r")
        await app.until_idle()
        await app.go_to("regularization.dropout")
        await app.press("right", "r")
        await app.until_idle()
        await app.shows("a toy-spiral   b dropout-0.05")
        charts = [line[42:] for line in app.screen().splitlines()[3:28]]
        assert sum(line.count("a") for line in charts) >= 4 and any("b" in line and "⠤" in line for line in charts)
        assert "● " not in app.screen() and app.screen().count("b dropout-0.05") == 2  # legend and table
