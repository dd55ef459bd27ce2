"""What each key of the main screen does; ``tui.keys`` says which key it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import Screen

from tui.runs import RunEntry

if TYPE_CHECKING:
    from tui.charts import ChartPanel
    from tui.session import Session
    from tui.widgets.property_list import PropertyList
    from tui.widgets.runs_table import RunsTable


class Actions:
    """Mixed into the main screen: one short method a key, each ending in what must be seen at once."""

    session: Session
    properties: PropertyList
    table: RunsTable
    charts: ChartPanel

    def refresh_views(self) -> None:
        """Draw what has changed."""
        raise NotImplementedError

    def choose(self, entry: RunEntry) -> None:
        """Select a run."""
        raise NotImplementedError

    @property
    def _screen(self) -> Screen[None]:
        assert isinstance(self, Screen)
        return self

    def _selected(self) -> RunEntry | None:
        entry = self.table.chosen
        if entry is None:
            self.session.refuse("There is no run yet: r trains the config.")
        return entry

    def _queued(self, entries: tuple[RunEntry, ...]) -> None:
        if entries:
            self.choose(entries[0])

    def action_run(self) -> None:
        self._queued(self.session.run())

    def action_rerun(self) -> None:
        if entry := self._selected():
            self._queued(self.session.rerun(entry))

    def action_next_seed(self) -> None:
        self._queued(self.session.next_seed())

    def action_one_epoch(self) -> None:
        self._queued(self.session.one_epoch())
        self.refresh_views()

    def action_pause(self) -> None:
        self.session.pause_or_continue()
        self.refresh_views()

    def action_stop(self) -> None:
        self.session.stop(self.table.chosen)
        self.refresh_views()

    def action_focus_other(self) -> None:
        (self.table if self.properties.has_focus else self.properties).focus()

    def action_toggle_curve(self) -> None:
        if entry := self._selected():
            self.session.runs.show(entry, not entry.shown)
            self.refresh_views()

    def action_baseline(self) -> None:
        if entry := self._selected():
            self.session.set_baseline(entry)
            self.refresh_views()

    def action_edit(self) -> None:
        if entry := self._selected():
            self.session.edit(entry)
            self.properties.refresh_draft()

    def action_delete(self) -> None:
        if entry := self._selected():
            self.session.delete(entry)
            self.refresh_views()

    def action_undo(self) -> None:
        if entry := self.session.undelete():
            self.choose(entry)

    def action_page(self, number: int) -> None:
        self.charts.choose_page(number)

    def action_log_axis(self) -> None:
        self.charts.toggle_log()

    def action_smoothing(self) -> None:
        self.charts.cycle_smoothing()

    def action_axis(self) -> None:
        self.charts.cycle_axis()

    def action_cursor(self, by: int) -> None:
        self.charts.move_cursor(by)

    def action_zoom(self) -> None:
        self._screen.toggle_class("-zoomed")
        self.charts.toggle_zoom()

    def action_presets(self) -> None:
        from tui.screens.presets import PresetsScreen

        self._screen.app.push_screen(PresetsScreen(self.session.draft.config, self.session.given), self._load)

    def _load(self, name: str | None) -> None:
        if name is not None:
            self.session.load_preset(name)
            self.properties.refresh_draft()

    def action_write(self) -> None:
        from tui.screens.write import WriteScreen

        if self.session.draft.problem is not None:
            self.session.refuse(f"Cannot be written: {self.session.draft.problem}")
        else:
            self._screen.app.push_screen(WriteScreen(self.session.draft), self._written)

    def _written(self, path: str | None) -> None:
        if path is not None:
            self.session.written(path)
            self.properties.refresh_draft()

    def action_compare(self) -> None:
        from tui.screens.compare import CompareScreen

        shown = self.session.compared(self.table.chosen)
        if len(shown) < 2:
            self.session.refuse("Show two or more runs to compare them: v on a run.")
        else:
            self._screen.app.push_screen(CompareScreen(shown))

    def action_log(self) -> None:
        from tui.screens.text import log_screen

        self._screen.app.push_screen(log_screen(self.session.told))

    def action_help(self) -> None:
        from tui.screens.text import help_screen

        self._screen.app.push_screen(help_screen())

    def action_quit(self) -> None:
        from tui.screens.confirm import Confirm

        if self.session.busy:
            question = "A run is training. Quit, and keep its finished epochs?"
            self._screen.app.push_screen(Confirm(question), self._leave)
        else:
            self._leave(True)

    def _leave(self, sure: bool | None) -> None:
        if sure:
            self._screen.app.exit()
