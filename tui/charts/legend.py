"""The rows above the charts, where they never hide data: which run has which colour, and the figures at the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from rich.cells import cell_len

from tui.charts.frame import Cell, Rows
from tui.charts.ink import Ink, style
from tui.charts.pages import Drawing
from tui.charts.scene import Scene
from tui.charts.words import cells, cut
from tui.harmless import harmless

FIGURE = 8
"""Columns of a figure in the readout, and more under a longer title."""
GAP = "   "
"""Between two parts of what is said above the charts."""
NAME = 28
NARROWEST_NAME = 12


def above(scene: Scene, drawings: Sequence[Drawing], width: int, most: int, ink: Ink) -> Rows:
    """The legend, or with a cursor the readout in at most ``most`` rows."""
    if drawings[0].words:
        return [cells([(f" {_whole(harmless(drawings[0].words), width - 1)}", style(ink.axes))], width)]
    if scene.cursor is None or not scene.shown:
        return [legend(scene, width, ink)]
    return readout(scene, drawings, width, most, ink)


def _whole(words: str, width: int) -> str:
    """As many of the parts, which stand three blanks apart, as fit."""
    while cell_len(words) > width and GAP in words:
        words = words.rpartition(GAP)[0]
    return words


def legend(scene: Scene, width: int, ink: Ink) -> list[Cell]:
    """As many runs as fit, and how many do not."""
    parts: list[tuple[str, object]] = [(" ", None)]
    room = width - 1
    for i, run in enumerate(scene.shown):
        text = f"{ink.run(run.colour)} {harmless(run.label)}"
        rest = len(scene.shown) - i
        if i > 0 and cell_len(text) + (12 if rest > 1 else 0) > room:
            parts.append((f"+{rest} more", style(ink.axes)))
            break
        parts += [(text, style(ink.colour(run.colour))), (GAP, None)]
        room -= cell_len(text) + len(GAP)
    if scene.crowd:
        said = f"{ink.marks.band} {len(scene.crowd)} more, lowest to highest"
        parts.append((said if cell_len(said) <= room else said.partition(",")[0], style(ink.axes)))
    return cells(parts, width)


def readout(scene: Scene, drawings: Sequence[Drawing], width: int, most: int, ink: Ink) -> Rows:
    """A row of titles, then a row for every shown run with its figures at the cursor."""
    every = [(title, drawing, i) for drawing in drawings for i, title in enumerate(drawing.figures)]
    wide = [max(FIGURE, len(title) + 2) for title, *_ in every]
    columns = [c for i, c in enumerate(every) if i == 0 or sum(wide[: i + 1]) <= width - 3 - NARROWEST_NAME]
    name = max(1, min(NAME, width - 3 - sum(wide[: len(columns)])))
    count = min(len(scene.shown), max(1, most - 1))
    left = f"  +{len(scene.shown) - count} more" if count < len(scene.shown) else ""
    titles = "".join(title.rjust(room) for (title, *_), room in zip(columns, wide, strict=False))
    first = (" " + cut(f"epoch {scene.cursor}{left}", name + 2), style(ink.plain, bold=True))
    rows = [cells([first, (titles, style(ink.axes))], width)]
    for i, run in enumerate(scene.shown[:count]):
        told = [_figure(drawing.reading(i, place)) for _, drawing, place in columns]
        figures = "".join(text.rjust(room) for text, room in zip(told, wide, strict=False))
        named = f" {ink.run(run.colour)} {cut(harmless(run.label), name)}"
        rows.append(cells([(named, style(ink.colour(run.colour))), (figures, style(ink.plain))], width))
    return rows


def _figure(value: float | None) -> str:
    if value is None or isnan(value):
        return "-"
    if value and (abs(value) < 1e-3 or abs(value) >= 1e5):
        return f"{value:.2e}"
    return f"{value:.4f}" if abs(value) < 10 else f"{value:.2f}"
