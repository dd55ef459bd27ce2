"""The widget that shows the charts of one page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from textual.events import Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from trainer.history import RunHistory
from tui.charts.frame import Rows
from tui.charts.ink import DARK_PALETTE, LIGHT_PALETTE, Ink, Markers, shades_of_ansi
from tui.charts.missing import Missing
from tui.charts.pages import PAGES_OF_SWEEPS, Drawing, Page, page
from tui.charts.picture import picture
from tui.charts.pool import Pool
from tui.charts.scene import Scene, ShownRun, View
from tui.charts.sheet import Sheet
from tui.output.terminal import Terminal


class ChartPanel(Sheet):
    """``show`` and ``look`` are cheap: they say what is drawn; it is drawn when it has changed and can be seen."""

    class Looked(Message):
        """The user looks at the runs in another way."""

    def __init__(self, *, markers: Markers = "braille", terminal: Terminal | None = None) -> None:
        super().__init__(id="charts")
        self._markers = markers
        self._terminal = terminal or Terminal()
        self.scene = Scene()
        self.only: int | None = None
        """The one chart that has all the room."""
        self.charts = 0
        """Charts of the page, as drawn last."""
        self._drawn: object = None
        self._drawings: dict[tuple[int, int], Drawing] = {}
        """What each pane drew last."""
        self._executor = ThreadPoolExecutor(1, "charts")
        self._drawing = False
        self._fits = False
        """Whether what would be painted is a picture of this size, which has been held for."""

    def on_mount(self) -> None:
        """Other colours."""
        self.app.theme_changed_signal.subscribe(self, lambda theme: self._touch())

    def on_unmount(self) -> None:
        """No picture is wanted any more."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def show(self, runs: Sequence[ShownRun], crowd: Sequence[RunHistory] = (), pool: Pool | None = None) -> None:
        """Draw these runs from now on, with everything that happens to them."""
        before = self.scene
        self.scene = replace(before, shown=tuple(runs), crowd=tuple(crowd), pool=pool)
        if _runs(before) != _runs(self.scene):
            self._drawings.clear()
            self._touch()

    def invite(self, planned: int, lines: tuple[str, ...], swept: int = 0) -> None:
        """What empty charts say, how long they are, and how many settings are swept by what they invite to."""
        before, self.scene = self.scene, replace(self.scene, planned=planned, invitation=lines, swept=swept)
        if before != self.scene:
            self._touch()

    def choose(self, run: ShownRun | None, absence: tuple[str, ...]) -> None:
        """Look into this run from now on; ``absence`` is what to say while there is no insight into it."""
        before = self.scene.chosen
        self.scene = replace(self.scene, chosen=run, absence=absence)
        if (before and before.history) is not (run and run.history):
            self._touch()

    def look(self, view: View, cursor: int | None) -> None:
        """Show the runs in another way, at once: someone waits for it."""
        self.scene = replace(self.scene, view=view, cursor=cursor)
        self.post_message(self.Looked())
        self._touch()

    def show_only(self, place: int | None) -> None:
        """Give one chart of the page all the room; None shares it again."""
        self.only = place
        self.call_after_refresh(self._touch)  # it mostly has another size then

    def watch_virtual_size(self) -> None:
        """The old picture in its new place is shown to nobody: a picture of this size is on its way."""
        if self._drawn is not None and self.is_on_screen:
            self._fits = False
            self._terminal.hold()

    def render_lines(self, crop: Region) -> list[Strip]:
        """A picture that was held for is written as soon as it is painted; ``call_after_refresh`` may come before."""
        if self._fits:
            self._fits = False
            self.call_next(self._terminal.release)
        return super().render_lines(crop)

    def on_resize(self, event: Resize) -> None:
        """A picture of another size."""
        self._drawn = None  # a size that comes back has to be drawn again, though nothing else has changed
        self.blank()
        self._touch()

    def _touch(self) -> None:
        if self.is_attached:
            self.redraw()

    def _state(self) -> object:
        scene, inside = self._seen, self.inside
        runs = tuple(
            (id(r.history), r.history.insight if inside else r.history.version, r.colour, r.label, r.stop)
            for r in scene.shown
        )
        crowd = tuple((id(h), h.version) for h in scene.crowd)
        of_sweeps = self._page.number in PAGES_OF_SWEEPS and scene.pool is None
        nothing = scene.insight is None if inside else of_sweeps or not runs
        empty = (scene.planned, scene.invitation, scene.swept, scene.absence) if nothing else None
        pool = scene.pool and scene.pool.state
        return runs, crowd, pool, empty, scene.view, scene.cursor, self.only, self.size, self.app.theme

    @property
    def is_drawn(self) -> bool:
        """Whether what is shown is the newest state."""
        return not self._drawing and self._state() == self._drawn

    @property
    def inside(self) -> bool:
        """Whether the page looks into one network."""
        return self._page.inside

    @property
    def _page(self) -> Page:
        chosen = page(self.scene.view.page)
        assert chosen is not None
        return chosen

    @property
    def _seen(self) -> Scene:
        return self.scene.alone if self.inside else self.scene

    def redraw(self, just_before: Callable[[], object] = lambda: None) -> bool:
        """Draw the next picture when it is another one and can be seen; whether it is being drawn.

        ``just_before`` it is shown is the moment for whatever is to change in the same pass of the screen.
        """
        if self._drawing or self._terminal.is_behind or not self.is_on_screen or self.size.area == 0:
            return False
        if (state := self._state()) == self._drawn:
            return False
        self._drawing = True
        ink, size = self._ink(), self.size
        # Prepared here, where histories may be read; drawn in the one thread that owns plotext's figure.
        work = partial(picture, self._seen, self._prepared(ink), size.width, size.height, ink, only=self.only)
        future = asyncio.get_running_loop().run_in_executor(self._executor, work)
        future.add_done_callback(lambda drawn: self.call_next(self._take, drawn, state, size, just_before))
        return True

    def _take(self, drawn: asyncio.Future[Rows], state: object, size: Size, just_before: Callable[[], object]) -> None:
        self._drawing = False
        if drawn.cancelled():
            return
        self._drawn = state
        just_before()
        if size == self.size:
            self.put(drawn.result())
            self._fits = True
        self._touch()  # for what has changed since

    def _prepared(self, ink: Ink) -> list[Drawing]:
        chosen, scene = self._page, self._seen
        drawings: list[Drawing] = []
        for place, pane in enumerate(chosen.panes):
            key = (chosen.number, place)
            drawing = pane.drawing(scene, ink, self._drawings.get(key))
            if drawing is not None:
                self._drawings[key] = drawing
                drawings.append(drawing)
        self.charts = len(drawings)
        return drawings or [Missing(chosen.name, scene.absence)]

    def _ink(self) -> Ink:
        theme = self.app.current_theme
        named = (self.app.theme_variables[name] for name in ("quiet", "foreground", "background"))
        axes, plain, ground = shades_of_ansi(dark=theme.dark) if theme.ansi else named
        return Ink(
            palette=DARK_PALETTE if theme.dark else LIGHT_PALETTE,
            axes=axes,
            plain=plain,
            ground=ground,
            markers=self._markers,
            colours=not self.app.no_color,
        )


def _runs(scene: Scene) -> list[int]:
    return [id(h) for h in (*(run.history for run in scene.shown), *scene.crowd)]
