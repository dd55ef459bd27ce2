"""The words above the charts: the pages, and how the runs are looked at."""

from __future__ import annotations

from collections.abc import Collection

from textual.content import Content

from tui.charts.pages import PAGES, Page
from tui.charts.scene import View
from tui.glyphs import Glyphs

GAPS = ("  ", " ")
"""Between two pages: the narrow one before a name is left out."""


def tabs(view: View, width: int) -> Content:
    """The pages with their keys; where not all names fit, the shown page's and then the foremost."""
    for gap in GAPS:
        if _width(PAGES, gap) <= width:
            return _tabs(view, PAGES, gap)
    named = [page for page in PAGES if page.number == view.page]
    for page in PAGES:
        if page not in named and _width([*named, page], GAPS[0]) <= width:
            named.append(page)
    return _tabs(view, named, GAPS[0])


def _width(named: Collection[Page], gap: str) -> int:
    return sum(1 + len(gap) + (page in named and 1 + len(page.name)) for page in PAGES) - len(gap)


def _tabs(view: View, named: Collection[Page], gap: str) -> Content:
    parts: list[Content | str] = []
    for page in PAGES:
        text = f"{page.number} {page.name}" if page in named else str(page.number)
        parts += [Content.styled(text, "bold $accent" if page.number == view.page else "$quiet"), gap]
    return Content.assemble(*parts[:-1])


def looks(view: View, glyphs: Glyphs) -> Content:
    """What is not as it is at first."""
    said = ["log"] * view.log + [f"smooth {view.smoothing:g}"] * bool(view.smoothing)
    said += [f"by {view.axis}"] * (view.axis != "epoch") + ["part"] * (view.window is not None)
    return Content.styled(f" {glyphs.dot} ".join(said), "$accent")
