"""What the terminal shows now, and what must be written to make it show something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from rich.cells import get_character_cell_size

from tui.output.pen import Pen, Place, Stroke
from tui.output.strokes import Cell, as_given, draw, of_row
from tui.output.styles import PLAIN, Style, parsed
from tui.output.terminfo import Terminfo

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


class TerminalScreen:
    """Takes what was to be written, gives what needs to be: cells that differ, and no style twice.

    It expects absolute moves and styles that begin from plain, as Textual writes them. What it does not know it lets
    through, and then takes nothing for granted about the style or the place.
    """

    def __init__(self, terminal: Terminfo = Terminfo(), width: int = 0) -> None:  # noqa: B008
        """Nothing is known of the screen; without its ``width`` in columns it cannot be told where a row ends."""
        self._terminal = terminal
        self._width = width
        self._rows: dict[int, list[Cell | None]] = {}
        self._before: dict[int, list[Cell | None]] = {}
        """Rows as they were before what is to be written yet."""
        self._pen = Pen()
        self._begun = False
        """Whether an update was announced that has not been needed yet."""
        self._announces = False
        """Whether updates are announced: a terminal that knows what that is shows each of them at once."""
        self._held = False
        self._left_at: Place | None = None
        """Where the last update wants the cursor to be."""

    def forget(self, width: int | None = None) -> None:
        """The terminal shows who knows what: it was resized (to ``width``), or something else wrote to it."""
        if width is not None:
            self._width = width
        self._rows.clear()
        self._before.clear()
        self._held = False
        self._pen = Pen()

    def hold(self) -> None:
        """Write no cells until ``release``: what changes twice until then is written once.

        Of a screen that is not known all is to be written, and at once: a resize is followed by more than one drawing.
        """
        self._held = bool(self._rows)

    def release(self) -> str:
        """What to write for all that changed meanwhile."""
        self._held = False
        out: list[str] = []
        self._draw(out)
        if out and self._left_at is not None:
            self._pen = self._pen.moved(out, *self._left_at)
        return f"{_BEGIN}{''.join(out)}{_END}" if out and self._announces else "".join(out)

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
        if not self._held:
            self._draw(out)
        if moved:  # the cursor is hidden, but an input method writes at it
            self._left_at = row, column
            if out:
                self._pen = self._pen.moved(out, row, column)
        return "".join(out)

    def _pass(self, out: list[str], code: str) -> None:
        if code == _BEGIN:
            self._begun = self._announces = True
            return
        if not (code == _END and self._held):
            self._draw(out)
        if code == _END and self._begun:
            self._begun = False
            return
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
        if any(cell[0] == "" for cell in (*cells, *(b for b in before if b))):  # half a wide character is none
            self._draw(out)
            shown[column:end] = cells
            self._write(out, as_given(row, column, cells))
            return
        if row not in self._before:
            self._before[row] = shown.copy()
        shown[column:end] = cells

    def _draw(self, out: list[str]) -> None:
        """Write what has changed since the last time."""
        strokes: list[Stroke] = []
        for row, before in sorted(self._before.items()):
            after = self._rows[row]
            before += [None] * (len(after) - len(before))
            strokes += of_row(row, before, after, self._terminal, self._width)
        self._before.clear()
        self._write(out, strokes)

    def _write(self, out: list[str], strokes: list[Stroke]) -> None:
        if strokes:
            if self._begun:
                out.append(_BEGIN)
                self._begun = False
            self._pen = draw(out, strokes, self._pen, self._terminal, self._width)


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
