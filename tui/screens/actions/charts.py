"""Keys about the charts."""

from __future__ import annotations

from tui.screens.actions.parts import Parts


class ChartActions(Parts):
    """The keys of group ``charts``."""

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
        self.on_screen.toggle_class("-zoomed")
        self.charts.toggle_zoom()
