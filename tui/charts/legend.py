"""The rows of words around the charts: which run has which colour, and the figures at the cursor."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from tui.charts.ink import Ink
from tui.charts.scene import Scene
from tui.harmless import harmless

Words = Sequence[tuple[str, str]]
"""Texts with their colours."""


def legend(scene: Scene, ink: Ink) -> Words:
    """The shown runs, or what to do when there are none."""
    if not scene.shown:
        return [("press r to train", ink.axes)]
    mark = "o" if ink.markers == "ascii" else "●"
    return [(f"{mark} {harmless(r.label)}", ink.colour(r.colour)) for r in scene.shown]


def readout(scene: Scene, ink: Ink) -> Words:
    """What every shown run had reached at the cursor's epoch."""
    parts = [(f"epoch {scene.cursor}", ink.plain)]
    for run in scene.shown:
        for e in run.history.epochs:
            if e.epoch == scene.cursor:
                text = f"{100 * e.fit_acc:.2f} / {100 * e.val_acc:.2f} %  loss {e.fit_loss:.3f} / {e.val_loss:.3f}"
                parts.append((text, ink.colour(run.colour)))
    return parts


def fitted(parts: Words, width: int) -> list[Segment]:
    """As many as fit, and how many do not."""
    segments: list[Segment] = [Segment(" ")]
    room = width - 1
    for i, (text, colour) in enumerate(parts):
        rest = len(parts) - i
        if cell_len(text) + 2 + (8 if rest > 1 else 0) > room and i > 0:
            segments.append(Segment(f"+{rest} more"[:room]))
            break
        shown = set_cell_size(text, min(cell_len(text), max(0, room)))
        segments.append(Segment(shown + "  ", Style(color=colour)))
        room -= cell_len(text) + 2
    return segments
