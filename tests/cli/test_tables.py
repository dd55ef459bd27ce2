"""Tables that stay readable on a terminal, in a pipe, and with names from strangers."""

from __future__ import annotations

import sys

import pytest

from tui.commands.tables import aligned, print_table

ROWS = [["dropout 0.5", "97.31 %"], ["[red]드롭아웃\x1b[31m", "-"]]


def test_columns_are_as_wide_as_they_need_to_be_whatever_the_letters() -> None:
    lines = aligned([["", "val"], ["드롭아웃", "9"], ["a", "10.5"]], left=1)
    assert lines == ["           val", "드롭아웃     9", "a         10.5"]


def test_in_a_pipe_a_table_is_plain_aligned_text(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["group", "val"], ROWS)
    out = capsys.readouterr().out
    assert "\x1b" not in out and "[red]드롭아웃\\x1b[31m" in out
    assert len(out.splitlines()) == 3


def test_on_a_terminal_it_is_drawn_and_nothing_in_it_is_markup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    print_table(["group", "val"], ROWS)
    out = capsys.readouterr().out
    assert "─" in out and "97.31 %" in out and "[red]드롭아웃\\x1b[31m" in out
