"""The widget: two plots, a legend above them that never hides data, and the readout at the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.events import Resize
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.charts.canvas import Cell, Ink, draw, y_limits
from tui.charts.scale import Limits
from tui.charts.series import AXES, PAGES, PALETTE, SMOOTHINGS, Plot, ShownRun, View, plots, positions
from tui.harmless import harmless

SIDE_BY_SIDE = 84
"""Columns from which two plots stand beside each other."""
SMALLEST_PLOT = 6
"""Rows that a plot needs."""
Picture = list[list[Cell]]


class ChartPanel(Widget):
    """``show`` is cheap: it says what is drawn; a timer draws it when it has changed and can be seen."""

    DEFAULT_CSS = "ChartPanel { height: 1fr; width: 1fr; }"

    def __init__(self, *, ascii: bool = False, fps: float = 2.0, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._ascii = ascii
        self._fps = fps
        self._runs: tuple[ShownRun, ...] = ()
        self._view = View()
        self._zoomed = False
        self._cursor: int | None = None
        self._wanted: object = None
        self._drawn: object = None
        self._limits: dict[tuple[int, int, bool], Limits] = {}
        self._picture: Picture = []
        self._executor = ThreadPoolExecutor(1, "charts")
        self._drawing = False

    @property
    def page(self) -> int:
        """Which page is shown, from 1."""
        return self._view.page

    @property
    def cursor(self) -> int | None:
        """The epoch under the cursor."""
        return self._cursor

    def on_mount(self) -> None:
        """One timer."""
        self.set_interval(1 / self._fps, self._tick)
        self.watch(self.app, "theme", self._touch, init=False)

    def on_unmount(self) -> None:
        """No picture is wanted any more."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def show(self, runs: Sequence[ShownRun]) -> None:
        """Draw these runs from now on, with everything that happens to them."""
        fresh = {id(r.history) for r in runs} != {id(r.history) for r in self._runs}
        self._runs = tuple(runs)
        if fresh:
            self._limits.clear()
            self._touch()

    def choose_page(self, number: int) -> bool:
        """Whether there is such a page."""
        if number not in PAGES:
            return False
        return self._look(replace(self._view, page=number))

    def toggle_log(self) -> None:
        """Logarithmic axis for losses, rates and norms."""
        self._look(replace(self._view, log=not self._view.log))

    def cycle_smoothing(self) -> None:
        """Off, some, much."""
        index = SMOOTHINGS.index(self._view.smoothing) + 1
        self._look(replace(self._view, smoothing=SMOOTHINGS[index % len(SMOOTHINGS)]))

    def cycle_axis(self) -> None:
        """Epochs, steps, seconds."""
        index = AXES.index(self._view.axis) + 1
        self._look(replace(self._view, axis=AXES[index % len(AXES)]))

    def toggle_zoom(self) -> None:
        """One plot, then the other, then both."""
        self._zoomed = not self._zoomed
        self._touch()

    def move_cursor(self, by: int) -> None:
        """Another epoch; past the first there is no cursor."""
        last = max((r.history.last.epoch for r in self._runs if r.history.last), default=0)
        if last:
            start = last + 1 if self._cursor is None and by < 0 else self._cursor or 0
            moved = min(last, start + by)
            self._cursor = moved if moved >= 1 else None
            self._touch()

    def _look(self, view: View) -> bool:
        self._view = view
        self._touch()
        return True

    def _touch(self) -> None:
        """Draw at once rather than at the next tick: someone waits for it."""
        if self.is_attached:
            self._tick()

    def on_resize(self, event: Resize) -> None:
        """A picture of another size."""
        self._picture = []
        self._touch()

    def _state(self) -> object:
        runs = tuple((id(r.history), r.history.version, r.colour, r.label) for r in self._runs)
        return runs, self._view, self._zoomed, self._cursor, self.size, self.app.theme

    def _tick(self) -> None:
        if self._drawing or self._state() == self._drawn or not self.is_on_screen or self.size.area == 0:
            return
        self._drawing = True
        self.run_worker(self._redraw(), group="charts")

    async def _redraw(self) -> None:
        """Prepare here, where histories may be read; build in the one thread that owns plotext's figure."""
        try:
            while (state := self._state()) != self._drawn:
                pair, ink = plots(self._runs, self._view), self._ink()
                size, cursor = self.size, self._cursor_place()
                loop = asyncio.get_running_loop()
                picture = await loop.run_in_executor(
                    self._executor, self._compose_picture, pair, size.width, size.height - self._extra_rows, ink, cursor
                )
                self._drawn = state
                if size == self.size:
                    self._put(picture)
        finally:
            self._drawing = False

    @property
    def _extra_rows(self) -> int:
        return 1 + (self._cursor is not None)

    def _ink(self) -> Ink:
        colours = self.app.theme_variables
        return Ink(colours["secondary"], 0.35, colours["background"], self._ascii)

    def _cursor_place(self) -> float | None:
        for run in self._runs:
            for epoch, place in zip(run.history.epochs, positions(run.history, self._view.axis), strict=True):
                if epoch.epoch == self._cursor:
                    return place
        return None

    def _compose_picture(
        self, pair: tuple[Plot, Plot], width: int, height: int, ink: Ink, cursor: float | None
    ) -> Picture:
        """Title and plot, twice: beside each other, above each other, or only the first."""
        if width < 12 or height < 4:
            return [[(" ", None)] * width for _ in range(height)]
        if width >= SIDE_BY_SIDE and not self._zoomed:
            left = self._framed(0, pair[0], (width - 1) // 2, height, ink, cursor)
            right = self._framed(1, pair[1], width - 1 - (width - 1) // 2, height, ink, cursor)
            return [[*a, (" ", None), *b] for a, b in zip(left, right, strict=True)]
        if height >= 2 * SMALLEST_PLOT and not self._zoomed:
            upper = self._framed(0, pair[0], width, height - height // 2, ink, cursor)
            return upper + self._framed(1, pair[1], width, height // 2, ink, cursor)
        return self._framed(0, pair[0], width, height, ink, cursor)

    def _framed(self, index: int, plot: Plot, width: int, height: int, ink: Ink, cursor: float | None) -> Picture:
        key = (self._view.page, index, plot.log)
        y_range = self._limits[key] = y_limits(plot, self._limits.get(key))
        title = f" {plot.title}{' (log)' if plot.log else ''}"
        rule = "-" if ink.ascii else "─"
        kinds = [f"{rule * 2} {plot.solid}"] * bool(plot.solid) + [f"{ink.dot * 2} {plot.dotted}"] * bool(plot.dotted)
        note = "   ".join(kinds)
        head = title + note.rjust(width - len(title) - 1) + " "
        if len(title) + len(note) + 3 > width:
            head = title
        bold, quiet = Style(bold=True), Style(color=ink.axes)
        cells: list[Cell] = [(c, bold if i < len(title) else quiet) for i, c in enumerate(head[:width].ljust(width))]
        return [cells, *draw(plot, width, height - 1, y_range, ink, cursor)]

    def _put(self, picture: Picture) -> None:
        """Refresh only the spans of cells that differ."""
        before, self._picture = self._picture, picture
        self.refresh(Region(0, 0, self.size.width, 1))
        for y, row in enumerate(picture):
            old = before[y] if y < len(before) else []
            if len(old) != len(row):
                self.refresh(Region(0, y + 1, self.size.width, 1))
                continue
            changed = [x for x, (a, b) in enumerate(zip(old, row, strict=True)) if a != b]
            if changed:
                self.refresh(Region(changed[0], y + 1, changed[-1] - changed[0] + 1, 1))
        if self._cursor is not None:
            self.refresh(Region(0, self.size.height - 1, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Legend, picture, readout."""
        width = self.size.width
        if y == 0:
            return self._labels(self._legend(), width)
        if self._cursor is not None and y == self.size.height - 1:
            return self._labels(self._readout(), width)
        if y - 1 < len(self._picture):
            runs = groupby(self._picture[y - 1], key=lambda cell: cell[1])
            segments = [Segment("".join(c for c, _ in cells), style) for style, cells in runs]
            return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)
        return Strip.blank(width, self.rich_style)

    def _legend(self) -> list[tuple[str, str]]:
        if not self._runs:
            return [("press r to train", self.app.theme_variables["secondary"])]
        mark = "o" if self._ascii else "●"
        return [(f"{mark} {harmless(r.label)}", PALETTE[r.colour % len(PALETTE)]) for r in self._runs]

    def _readout(self) -> list[tuple[str, str]]:
        parts = [(f"epoch {self._cursor}", self.app.theme_variables["foreground"])]
        for run in self._runs:
            for e in run.history.epochs:
                if e.epoch == self._cursor:
                    text = f"{100 * e.fit_acc:.2f} / {100 * e.val_acc:.2f} %  loss {e.fit_loss:.3f} / {e.val_loss:.3f}"
                    parts.append((text, PALETTE[run.colour % len(PALETTE)]))
        return parts

    def _labels(self, parts: Sequence[tuple[str, str]], width: int) -> Strip:
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
        return Strip(segments).adjust_cell_length(width).apply_style(self.rich_style)
