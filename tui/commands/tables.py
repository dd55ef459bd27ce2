"""Tables on standard output: rich on a terminal, plain aligned text anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import zip_longest

from tui.harmless import harmless


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> None:
    """Print rows under their headings; the first ``left`` columns are text, the others figures."""
    cells = [[harmless(cell) for cell in row] for row in [headings, *rows]]
    if sys.stdout.isatty():
        _print_rich(cells, left)
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


def _print_rich(cells: Sequence[Sequence[str]], left: int) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE, pad_edge=False, header_style="bold")
    for i, heading in enumerate(cells[0]):
        table.add_column(Text(heading), justify="left" if i < left else "right", overflow="fold")
    for row in cells[1:]:
        table.add_row(*(Text(cell) for cell in row))
    Console(highlight=False, emoji=False).print(table)


def print_lines(lines: Sequence[str]) -> None:
    """Print sentences, one a line."""
    for line in lines:
        sys.stdout.write(harmless(line) + "\n")
