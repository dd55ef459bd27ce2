"""A page of charts as an SVG, drawn as the app draws it, without opening the app."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.style import Style
from rich.text import Text

from trainer.history import RunHistory
from tui.charts.ink import DARK_PALETTE, Ink
from tui.charts.missing import Missing
from tui.charts.pages import page
from tui.charts.picture import picture
from tui.charts.scene import Scene, ShownRun, View

INK = Ink(palette=DARK_PALETTE, axes="#8b949e", plain="#e6edf3", ground="#0d1117")
"""Colours that stand on the ground of rich's own SVG theme."""

NOT_KEPT = ("insights are not kept", "the app shows them while a run trains")


def svg(histories: Sequence[RunHistory], labels: Sequence[str], view: View, width: int, height: int) -> str:
    """The page that ``view`` names, of runs with their whole curves, on ``width`` × ``height`` cells."""
    chosen = page(view.page)
    assert chosen is not None
    shown = tuple(ShownRun(h, label, i) for i, (h, label) in enumerate(zip(histories, labels, strict=True)))
    scene = Scene(shown, view)
    drawings = [drawing for pane in chosen.panes if (drawing := pane.drawing(scene, INK, None))]
    rows = picture(scene, drawings or [Missing(chosen.name, NOT_KEPT)], width, height, INK)
    console = Console(
        record=True, width=width, height=height, file=io.StringIO(), force_terminal=True, color_system="truecolor",
        legacy_windows=False,
    )  # fmt: skip
    for row in rows:
        line = Text(no_wrap=True, overflow="crop", end="\n")
        for look, cells in groupby(row, key=lambda cell: cell[1]):
            line.append("".join(text for text, _ in cells), look or Style())
        console.print(line)
    return console.export_svg(title=f"regtui: {chosen.name}")
