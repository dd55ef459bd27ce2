"""What the drawings of an insight have in common: no curve that a cursor could read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from tui.charts.frame import BLANK, Cell, Rows
from tui.charts.ink import Ink, style
from tui.charts.scene import Scene
from tui.charts.table import Table
from tui.charts.words import cells


class InsidePane:
    """A pane of a page that looks into one network."""

    def table(self, scene: Scene) -> Table:
        """Nothing, unless the pane is the one of its page that says most in figures."""
        return Table("", (), ())


@dataclass(frozen=True)
class Still:
    """A picture of one moment of one run."""

    title: str
    marks: tuple[tuple[str, str], ...]

    @property
    def words(self) -> str:
        """The run's name stays above it."""
        return ""

    @property
    def figures(self) -> Sequence[str]:
        """None."""
        return ()

    def reading(self, run: int, figure: int) -> float | None:
        """None."""
        return None


def blank(width: int, height: int) -> Rows:
    """Nothing."""
    return [[BLANK] * width for _ in range(height)]


def words(text: str, width: int, ink: Ink, *, loud: bool = False) -> list[Cell]:
    """A row of text."""
    return cells([(f" {text}", style(ink.plain if loud else ink.axes))], width)


def joined(parts: Sequence[str], width: int) -> str:
    """As many of the parts as find room, in their order, two blanks apart."""
    kept = ""
    for part in parts:
        longer = f"{kept}  {part}" if kept else part
        if cell_len(longer) + 1 > width:
            break
        kept = longer
    return kept
