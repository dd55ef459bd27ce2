"""Tables on standard output: rich on a terminal, plain aligned text anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from tui.harmless import harmless

if TYPE_CHECKING:
    from rich.table import Table


ANY_WIDTH = 10_000
"""Columns of a terminal on which every table has room."""


def print_table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1, least: Sequence[str] = ()
) -> None:
    """Print rows under their headings; the first ``left`` columns are text, the others figures.

    ``least`` are headings of columns that a terminal may be too narrow for, those missed least first: it is told which
    are left out, and no figure is broken over lines.
    """
    cells = [[harmless(cell) for cell in row] for row in [headings, *rows]]
    if sys.stdout.isatty():
        _print_rich(cells, left, least)
    else:
        for line in aligned(cells, left):
            sys.stdout.write(line + "\n")


def aligned(cells: Sequence[Sequence[str]], left: int) -> list[str]:
    """Rows as lines of columns that are as wide as they need to be."""
    from rich.cells import cell_len

    widths = [max(cell_len(cell) for cell in column) for column in zip_longest(*cells, fillvalue="")]
    lines = []
    for row in cells:
        parts = []
        for i, (cell, width) in enumerate(zip(row, widths, strict=False)):
            space = " " * (width - cell_len(cell))
            parts.append(cell + space if i < left else space + cell)
        lines.append("  ".join(parts).rstrip())
    return lines


def _print_rich(cells: Sequence[Sequence[str]], left: int, least: Sequence[str]) -> None:
    from rich.console import Console

    console = Console(highlight=False, emoji=False)
    free = console.options.update(width=ANY_WIDTH)
    shown, missing = list(range(len(cells[0]))), list[str]()
    for heading in least:
        if console.measure(_drawn(cells, shown, left, whole=True), options=free).minimum <= console.width:
            break
        shown.remove(cells[0].index(heading))
        missing.append(heading)
    console.print(_drawn(cells, shown, left, whole=bool(least)))
    if missing:
        console.print(f"(no room for {', '.join(missing)}: a wider terminal, or a pipe, shows all)", markup=False)


def _drawn(cells: Sequence[Sequence[str]], shown: Sequence[int], left: int, *, whole: bool) -> Table:
    """The columns that are shown; figures on one line each, if they are to be whole."""
    from rich.box import SIMPLE
    from rich.cells import cell_len
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE, pad_edge=False, header_style="bold")
    for i in shown:
        figure = i >= left
        width = max(cell_len(row[i]) for row in cells) if whole and figure else None
        table.add_column(
            Text(cells[0][i]),
            justify="right" if figure else "left",
            overflow="fold",
            min_width=width,
            no_wrap=whole and figure,
        )
    for row in cells[1:]:
        table.add_row(*(Text(row[i]) for i in shown))
    return table


def print_lines(lines: Sequence[str]) -> None:
    """Print sentences, one a line."""
    for line in lines:
        sys.stdout.write(harmless(line) + "\n")
