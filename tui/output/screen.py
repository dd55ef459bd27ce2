"""What the terminal shows now, and what must be written to make it show something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rich.cells import get_character_cell_size

from tui.output.styles import PLAIN, Style, change, for_blank, parsed

_TOKEN = re.compile(
    r"\x1b\[(?P<style>[0-9;]*)m"
    r"|\x1b\[(?P<row>\d+);(?P<column>\d+)H"
    r"|(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|(?P<line>[\r\n]+)"
    r"|(?P<other>\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b.|.)",
    re.DOTALL,
)
_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
_CLEARS = frozenset(("\x1b[?1049h", "\x1b[?1049l", "\x1b[2J", "\x1bc"))
_NEAR = 4
"""Cells that are rewritten rather than jumped over."""
Cell = tuple[str, Style]


class TerminalScreen:
    """Takes what was to be written, gives what needs to be: cells that differ, and no style twice.

    It expects absolute moves and styles that begin from plain, as Textual writes them. What it does not know it lets
    through, and then takes nothing for granted about the style or the place.
    """

    def __init__(self) -> None:
        """Nothing is known of the screen."""
        self._rows: dict[int, list[Cell | None]] = {}
        self._style: Style | None = None
        """What the terminal writes with now."""
        self._at: tuple[int, int] | None = None
        """Where it writes next, from 0."""
        self._begun = False
        """Whether an update was announced that has not been needed yet."""

    def forget(self) -> None:
        """The terminal shows who knows what: it was resized, or something else wrote to it."""
        self._rows.clear()
        self._style = self._at = None

    def update(self, data: str) -> str:
        """What to write in place of ``data``."""
        out: list[str] = []
        style, moved = PLAIN, False
        row = column = 0
        for token in _TOKEN.finditer(data):
            moved = token.lastgroup == "column"
            match token.lastgroup:
                case "text":
                    cells = _cells(token["text"], style)
                    self._put(out, row, column, cells)
                    column += len(cells)
                case "style":
                    style = parsed(token["style"])
                case "column":
                    row, column = int(token["row"]) - 1, int(token["column"]) - 1
                case "line":
                    row, column = row + token["line"].count("\n"), 0
                case _:
                    self._pass(out, token["other"])
        if moved and out and self._at != (row, column):  # the cursor is hidden, but an input method writes at it
            out.append(f"\x1b[{row + 1};{column + 1}H")
            self._at = (row, column)
        return "".join(out)

    def _pass(self, out: list[str], code: str) -> None:
        if code == _BEGIN:
            self._begun = True
        elif code == _END and self._begun:
            self._begun = False
        else:
            if code in _CLEARS:
                self.forget()
            out.append(code)

    def _put(self, out: list[str], row: int, column: int, cells: Sequence[Cell]) -> None:
        shown = self._rows.setdefault(row, [])
        end = column + len(cells)
        shown += [None] * (end - len(shown))
        before = shown[column:end]
        if before == cells:
            return
        shown[column:end] = cells
        if any(cell[0] == "" for cell in (*cells, *(b for b in before if b))):  # half a wide character is none
            self._write(out, row, column, cells)
            return
        start = last = None
        for i, (old, new) in enumerate(zip(before, cells, strict=True)):
            if old == new:
                continue
            if start is None or last is None:
                start = i
            elif i - last > _NEAR:
                self._write(out, row, column + start, cells[start : last + 1])
                start = i
            last = i
        if start is not None and last is not None:
            self._write(out, row, column + start, cells[start : last + 1])

    def _write(self, out: list[str], row: int, column: int, cells: Sequence[Cell]) -> None:
        if self._begun:
            out.append(_BEGIN)
            self._begun = False
        if self._at != (row, column):
            ahead = column - self._at[1] if self._at and self._at[0] == row else 0
            out.append(f"\x1b[{ahead}C" if ahead > 0 else f"\x1b[{row + 1};{column + 1}H")
        for character, style in cells:
            after = for_blank(self._style, style) if character == " " else style
            if after != self._style:
                out.append(change(self._style, after))
                self._style = after
            out.append(character)
        self._at = (row, column + len(cells))


def _cells(text: str, style: Style) -> list[Cell]:
    of_blank = style.of_blank
    if text.isascii():
        return [(c, of_blank if c == " " else style) for c in text]
    cells: list[Cell] = []
    for character in text:
        width = _width(character)
        if width == 0 and cells:
            cells[-1] = (cells[-1][0] + character, cells[-1][1])
        elif width:
            cells.append((character, of_blank if character == " " else style))
            cells += [("", style)] * (width - 1)
    return cells


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    return get_character_cell_size(character)
