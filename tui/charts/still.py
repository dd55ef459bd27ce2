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
from tui.charts.pages import PAGES_OF_SWEEPS, page
from tui.charts.picture import picture
from tui.charts.pool import pool_of, seen
from tui.charts.scene import Scene, ShownRun, View

INK = Ink(palette=DARK_PALETTE, axes="#8b949e", plain="#e6edf3", ground="#0d1117")
"""Colours that stand on the ground of rich's own SVG theme."""

NOT_SEEN = ("nothing of this network was looked at",)


def scene_of(histories: Sequence[RunHistory], labels: Sequence[str], view: View) -> Scene:
    """Runs with their whole curves, as the page that ``view`` names wants them; the first is the one looked at."""
    from trainer.analysis.ablation import taken_apart
    from trainer.analysis.groups import choices

    shown = tuple(ShownRun(h, label, i) for i, (h, label) in enumerate(zip(histories, labels, strict=True)))
    if view.page not in PAGES_OF_SWEEPS:
        return Scene(shown, view)
    paths = choices([history.config for history in histories])
    return Scene(shown, view, pool=pool_of(map(seen, histories), histories[0].config, paths, taken_apart(histories)))


def svg(scene: Scene, width: int, height: int, *, only: int | None = None) -> str:
    """The page that the scene's view names, on ``width`` × ``height`` cells; ``only`` one of its charts."""
    chosen = page(scene.view.page)
    assert chosen is not None
    drawings = [drawing for pane in chosen.panes if (drawing := pane.drawing(scene, INK, None))]
    rows = picture(scene, drawings or [Missing(chosen.name, NOT_SEEN)], width, height, INK, only=only)
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
