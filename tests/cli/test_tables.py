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


@pytest.mark.parametrize(("columns", "missing"), [(140, ""), (120, "val loss"), (80, "val loss, train, val, test")])
def test_no_figure_is_broken_over_lines_and_what_has_no_room_is_named(
    columns: int, missing: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    titles = ["best val", "val", "val loss", "train", "gap", "test"]
    figures = [f"85.1{i} % ± 0.2{i}" for i in range(6)]
    rows = [["dropout=0.5", "3f2a9b1c", "0-2", *figures]]
    print_table(["", "group", "seeds", *titles], rows, left=3, least=["val loss", "train", "val", "test", "gap"])
    out = capsys.readouterr().out
    kept = [figure for figure, title in zip(figures, titles, strict=True) if title not in missing.split(", ")]
    assert [figure for figure in figures if figure in out] == kept and "3f2a9b1c" in out
    assert (f"(no room for {missing}:" in out) if missing else ("no room" not in out)
