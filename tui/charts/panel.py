"""The widget: the charts of one page, a legend above them that never hides data, and the readout at the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import groupby

from rich.segment import Segment
from textual.events import Resize
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.charts.frame import Rows
from tui.charts.ink import DARK_PALETTE, LIGHT_PALETTE, Ink
from tui.charts.legend import fitted, legend, readout
from tui.charts.pages import Drawing, page
from tui.charts.picture import picture
from tui.charts.scene import AXES, SMOOTHINGS, Scene, ShownRun, View


class ChartPanel(Widget):
    """``show`` is cheap: it says what is drawn; a timer draws it when it has changed and can be seen."""

    DEFAULT_CSS = "ChartPanel { height: 1fr; width: 1fr; }"

    def __init__(self, *, ascii: bool = False, fps: float = 2.0, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._ascii = ascii
        self._fps = fps
        self._scene = Scene()
        self._zoomed = False
        self._drawn: object = None
        self._drawings: dict[tuple[int, int], Drawing] = {}
        """What each pane drew last."""
        self._picture: Rows = []
        self._executor = ThreadPoolExecutor(1, "charts")
        self._drawing = False

    @property
    def view(self) -> View:
        """How the runs are shown."""
        return self._scene.view

    @property
    def cursor(self) -> int | None:
        """The epoch under the cursor."""
        return self._scene.cursor

    def on_mount(self) -> None:
        """One timer."""
        self.set_interval(1 / self._fps, self._tick)
        self.watch(self.app, "theme", self._touch, init=False)

    def on_unmount(self) -> None:
        """No picture is wanted any more."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def show(self, runs: Sequence[ShownRun]) -> None:
        """Draw these runs from now on, with everything that happens to them."""
        fresh = {id(r.history) for r in runs} != {id(r.history) for r in self._scene.shown}
        self._scene = replace(self._scene, shown=tuple(runs))
        if fresh:
            self._drawings.clear()
            self._touch()

    def choose_page(self, number: int) -> bool:
        """Whether there is such a page."""
        if page(number) is not None:
            self._look(page=number)
        return self.view.page == number

    def toggle_log(self) -> None:
        """Logarithmic axis for losses, rates and norms."""
        self._look(log=not self.view.log)

    def cycle_smoothing(self) -> None:
        """Off, some, much."""
        self._look(smoothing=SMOOTHINGS[(SMOOTHINGS.index(self.view.smoothing) + 1) % len(SMOOTHINGS)])

    def cycle_axis(self) -> None:
        """Epochs, steps, seconds."""
        self._look(axis=AXES[(AXES.index(self.view.axis) + 1) % len(AXES)])

    def toggle_zoom(self) -> None:
        """One chart alone, then all again."""
        self._zoomed = not self._zoomed
        self._touch()

    def move_cursor(self, by: int) -> None:
        """Another epoch; past the first there is no cursor."""
        last = max((r.history.last.epoch for r in self._scene.shown if r.history.last), default=0)
        if last:
            start = last + 1 if self.cursor is None and by < 0 else self.cursor or 0
            moved = min(last, start + by)
            self._scene = replace(self._scene, cursor=moved if moved >= 1 else None)
            self._touch()

    def _look(self, **changes: object) -> None:
        self._scene = replace(self._scene, view=replace(self.view, **changes))  # type: ignore[arg-type]
        self._touch()

    def _touch(self) -> None:
        """Draw at once rather than at the next tick: someone waits for it."""
        if self.is_attached:
            self._tick()

    def on_resize(self, event: Resize) -> None:
        """A picture of another size."""
        self._picture = []
        self._touch()

    def _state(self) -> object:
        runs = tuple((id(r.history), r.history.version, r.colour, r.label) for r in self._scene.shown)
        return runs, self.view, self._zoomed, self.cursor, self.size, self.app.theme

    def _tick(self) -> None:
        if self._drawing or self._state() == self._drawn or not self.is_on_screen or self.size.area == 0:
            return
        self._drawing = True
        self.run_worker(self._redraw(), group="charts")

    async def _redraw(self) -> None:
        """Prepare here, where histories may be read; draw in the one thread that owns plotext's figure."""
        try:
            while (state := self._state()) != self._drawn:
                ink, size, only_first = self._ink(), self.size, self._zoomed
                drawings, height = self._prepared(ink), size.height - 1 - (self.cursor is not None)
                rows = await asyncio.get_running_loop().run_in_executor(
                    self._executor, partial(picture, drawings, size.width, height, ink, only_first=only_first)
                )
                self._drawn = state
                if size == self.size:
                    self._put(rows)
        finally:
            self._drawing = False

    def _prepared(self, ink: Ink) -> list[Drawing]:
        chosen = page(self.view.page)
        assert chosen is not None
        for place, pane in enumerate(chosen.panes):
            key = (chosen.number, place)
            self._drawings[key] = pane.drawing(self._scene, ink, self._drawings.get(key))
        return [self._drawings[chosen.number, place] for place in range(len(chosen.panes))]

    def _ink(self) -> Ink:
        colours, dark = self.app.theme_variables, self.app.current_theme.dark
        return Ink(
            DARK_PALETTE if dark else LIGHT_PALETTE, colours["secondary"], colours["foreground"], colours["background"],
            "ascii" if self._ascii else "braille",
        )  # fmt: skip

    def _put(self, rows: Rows) -> None:
        """Refresh only the spans of cells that differ."""
        before, self._picture = self._picture, rows
        self.refresh(Region(0, 0, self.size.width, 1))
        for y, row in enumerate(rows):
            old = before[y] if y < len(before) else []
            if len(old) != len(row):
                self.refresh(Region(0, y + 1, self.size.width, 1))
                continue
            changed = [x for x, (a, b) in enumerate(zip(old, row, strict=True)) if a != b]
            if changed:
                self.refresh(Region(changed[0], y + 1, changed[-1] - changed[0] + 1, 1))
        if self.cursor is not None:
            self.refresh(Region(0, self.size.height - 1, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Legend, picture, readout."""
        width = self.size.width
        segments: list[Segment] = []
        if y == 0:
            segments = fitted(legend(self._scene, self._ink()), width)
        elif self.cursor is not None and y == self.size.height - 1:
            segments = fitted(readout(self._scene, self._ink()), width)
        elif y - 1 < len(self._picture):
            spans = groupby(self._picture[y - 1], key=lambda cell: cell[1])
            segments = [Segment("".join(c for c, _ in cells), style) for style, cells in spans]
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)
