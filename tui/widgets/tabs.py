"""The words above the charts: the pages, and how the runs are looked at."""

from __future__ import annotations

from textual.content import Content

from tui.charts.pages import PAGES
from tui.charts.scene import View
from tui.glyphs import Glyphs

FULL = sum(len(f"{page.number} {page.name}  ") for page in PAGES)
"""Columns from which every page is named, and not the one that is shown alone."""


def tabs(view: View, width: int) -> Content:
    """The pages with their keys."""
    parts: list[Content | str] = []
    for page in PAGES:
        chosen = page.number == view.page
        name = f" {page.name}" if chosen or width >= FULL else ""
        parts += [Content.styled(f"{page.number}{name}", "bold $accent" if chosen else "$quiet"), "  "]
    return Content.assemble(*parts[:-1])


def looks(view: View, glyphs: Glyphs) -> Content:
    """What is not as it is at first."""
    said = ["log"] * view.log + [f"smooth {view.smoothing:g}"] * bool(view.smoothing)
    said += [f"by {view.axis}"] * (view.axis != "epoch") + ["part"] * (view.window is not None)
    return Content.styled(f" {glyphs.dot} ".join(said), "$accent")
