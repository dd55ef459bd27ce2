"""Text as cells: rows of words around and between the charts."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len

from tui.charts.frame import BLANK, Cell


def cells(parts: Iterable[tuple[str, object]], width: int) -> list[Cell]:
    """Texts with their styles, cut or filled up to ``width`` columns; a wide character takes two cells."""
    row: list[Cell] = []
    for text, look in parts:
        for character in text:
            columns = cell_len(character)
            if columns == 0 and row:
                row[-1] = (row[-1][0] + character, row[-1][1])
            elif columns and len(row) + columns <= width:
                row.append((character, look))
                row += [("", look)] * (columns - 1)
            elif columns:
                return row + [BLANK] * (width - len(row))
    return row + [BLANK] * (width - len(row))


def cut(text: str, width: int) -> str:
    """The text in exactly ``width`` columns."""
    kept, room = "", width
    for character in text:
        columns = cell_len(character)
        if columns > room:
            break
        kept, room = kept + character, room - columns
    return kept + " " * room


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most ``width`` columns, cut between words where that can be."""
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if cell_len(joined) <= width or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(word)
    return [cut(line, width).rstrip() for line in lines]
