"""Keys about the charts: which page, how the runs are looked at, and where the cursor stands."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from textual.widget import Widget

from tui.charts.pages import PAGES_OF_SWEEPS, page
from tui.charts.places import place_of, whole_x
from tui.charts.scale import Limits
from tui.charts.scene import AXES, SMOOTHINGS
from tui.charts.window import closer, panned, showing, wider
from tui.screens.actions.parts import Parts

SVG_SIZE = (120, 30)
"""Columns and rows of a saved picture, as of ``regtui export``."""


class ChartActions(Parts):
    """The keys of group ``charts``."""

    _before_zoom: Widget | None = None
    """What had the keys before one chart took all the room."""

    def action_page(self, number: int) -> None:
        if page(number) is not None:
            self._uncover()
            self._look(page=number)
            self.show_runs()

    def _uncover(self) -> None:
        """On a small screen the config may lie where the charts are."""
        if self.on_screen.has_class("-small", "-unfold-config"):
            self.action_fold("config")

    def action_log_axis(self) -> None:
        self._look(log=not self.charts.scene.view.log)

    def action_smoothing(self) -> None:
        now = SMOOTHINGS.index(self.charts.scene.view.smoothing)
        self._look(smoothing=SMOOTHINGS[(now + 1) % len(SMOOTHINGS)])

    def action_axis(self) -> None:
        view = self.charts.scene.view
        if view.page in PAGES_OF_SWEEPS:
            self._look(swept=view.swept + 1)
            return
        now = AXES.index(view.axis)
        self._look(axis=AXES[(now + 1) % len(AXES)], window=None)

    def action_cursor(self, by: int) -> None:
        """To the next epoch that stands in another column; past the first there is no cursor."""
        scene = self.charts.scene
        last = max((r.history.last.epoch for r in scene.shown if r.history.last), default=0)
        if not last:
            self.session.notices.refuse("There is no curve yet: r trains the config.")
            return
        if scene.cursor is None:
            self._move_cursor(1 if by > 0 else last)
        elif scene.cursor == 1 and by < 0:
            self._move_cursor(None)
        else:
            self._move_cursor(min(last, max(1, scene.cursor + by * self._epochs_a_column(last))))

    def _epochs_a_column(self, last: int) -> int:
        whole = whole_x(self.charts.scene)
        window = self.charts.scene.view.window or whole
        seen = last * (window[1] - window[0]) / (whole[1] - whole[0])
        return max(1, round(seen / max(1, self.charts.size.width // 2)))

    def _move_cursor(self, epoch: int | None) -> None:
        scene = self.charts.scene
        place = place_of(scene.shown, epoch, scene.view.axis)
        window = scene.view.window
        if window is not None and place is not None:
            window = showing(window, whole_x(scene), place)
        self.charts.look(replace(scene.view, window=window), epoch)

    def action_closer(self, by: int) -> None:
        scene = self.charts.scene
        whole = whole_x(scene)
        window = scene.view.window or whole
        if by > 0:
            centre = place_of(scene.shown, scene.cursor, scene.view.axis)
            self._look(window=closer(window, whole, centre, (whole[1] - whole[0]) / 512))
        else:
            self._look(window=wider(window, whole))

    def action_pan(self, by: int) -> None:
        if (window := self.charts.scene.view.window) is not None:
            self._look(window=panned(window, whole_x(self.charts.scene), by))

    def action_whole(self) -> None:
        self.charts.look(replace(self.charts.scene.view, window=None), None)

    def _look(self, **changes: int | float | str | Limits | None) -> None:
        self.charts.look(replace(self.charts.scene.view, **changes), self.charts.scene.cursor)  # type: ignore[arg-type]

    def action_table(self) -> None:
        from tui.charts.still import svg
        from tui.charts.table import joined
        from tui.screens.table import TableScreen

        shown = page(self.charts.scene.view.page)
        assert shown is not None
        tables = [pane.table(self.charts.scene) for pane in shown.panes]
        filled = [table for table in tables if table.rows] or [next((t for t in tables if t.notes), tables[0])]
        alike = all([row[0] for row in t.rows] == [row[0] for row in filled[0].rows] for t in filled)
        one = self.charts.only if self.charts.only is not None and self.charts.only < len(filled) else 0
        table = joined(filled) if alike and not shown.inside else filled[one]
        if not table.rows:
            why = table.notes[0] if table.notes else "There is nothing to show yet: r trains the config."
            self.session.notices.refuse(why)
        else:
            scene = self.charts.scene.alone if shown.inside else self.charts.scene
            picture = partial(svg, scene, *SVG_SIZE, only=self.charts.only)
            self.on_screen.app.push_screen(TableScreen(shown.name, table, picture))

    def action_zoom(self) -> None:
        """One chart, then the other, then both again, and the keys where they were."""
        self._uncover()
        if self.charts.only is None:
            self._before_zoom = self.on_screen.focused
        after = 0 if self.charts.only is None else self.charts.only + 1
        only = after if after < self.charts.charts else None
        self.on_screen.set_class(only is not None, "-zoomed")
        self.charts.show_only(only)
        self.tell_keys()
        if only is None:
            self.on_screen.call_after_refresh(self._come_back)

    def _come_back(self) -> None:
        if self.on_screen.focused is None and self._before_zoom is not None:
            self.on_screen.set_focus(self._before_zoom)
