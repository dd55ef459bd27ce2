"""The figures of a page as a table: to be read as text, or saved as CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from math import isnan

from rich.cells import cell_len

from tui.harmless import harmless

Figure = str | int | float | None


@dataclass(frozen=True)
class Table:
    """A title, and rows as long as the titles of their columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Figure, ...], ...]
    notes: tuple[str, ...] = ()
    """Sentences below it."""

    @property
    def csv(self) -> str:
        """Numbers in full, nothing where there is none; notes are left out."""
        out = StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(map(harmless, self.columns))
        writer.writerows([[_cell(value) for value in row] for row in self.rows])
        return out.getvalue()

    @property
    def lines(self) -> list[str]:
        """Aligned columns, the first to the left."""
        shares = [title.endswith("%") for title in self.columns]
        texts = [[harmless(title) for title in self.columns]]
        texts += [[written(v, share=share) for v, share in zip(row, shares, strict=True)] for row in self.rows]
        widths = [max(cell_len(row[i]) for row in texts) for i in range(len(self.columns))]
        return ["  ".join(_placed(text, widths[i], left=i == 0) for i, text in enumerate(row)) for row in texts]


def _cell(value: Figure) -> str | int | float:
    return "" if value is None else harmless(value) if isinstance(value, str) else value


def written(value: Figure, *, share: bool = False) -> str:
    """A figure with as many digits as can be of use; of a share in per cent two."""
    if value is None:
        return ""
    if not isinstance(value, float):
        return harmless(str(value))
    if abs(value) < 1e-12:  # rounding
        return "0"
    if isnan(value) or (value and (abs(value) < 1e-3 or abs(value) >= 1e6)):
        return f"{value:.3g}"
    return f"{value:.{2 if share else 4}f}"


def _placed(text: str, width: int, *, left: bool) -> str:
    blank = " " * (width - cell_len(text))
    return text + blank if left else blank + text


def joined(tables: Sequence[Table]) -> Table:
    """Tables of the same rows beside each other; a column that is there already is left out.

    Raises:
        ValueError: their rows are not the same.
    """
    first, *others = tables
    rows, columns = [list(row) for row in first.rows], list(first.columns)
    for other in others:
        fresh = [i for i, title in enumerate(other.columns) if title not in columns]
        columns += [other.columns[i] for i in fresh]
        for row, more in zip(rows, other.rows, strict=True):
            if row[0] != more[0]:
                raise ValueError(f"row {row[0]} stands beside row {more[0]}")
            row += [more[i] for i in fresh]
    notes = tuple(dict.fromkeys(note for table in tables for note in table.notes))
    return Table(", ".join(dict.fromkeys(t.title for t in tables)), tuple(columns), tuple(map(tuple, rows)), notes)
