"""How the main screen is drawn: one timer, and only what has changed and can be seen."""

from __future__ import annotations

from functools import partial
from time import monotonic

from tui.answers import question
from tui.charts import ShownRun
from tui.charts.pages import PAGES_OF_SWEEPS
from tui.harmless import harmless
from tui.insight import absence
from tui.output.terminal import Terminal
from tui.run_entry import RunEntry
from tui.screens.hearing import Hearing
from tui.showing import in_colour, labels, pool, swept_paths
from tui.widgets.heading import Heading
from tui.widgets.runs_table import RunsHead
from tui.widgets.status_line import StatusLine

ROWS_SECONDS = 0.95
"""Between two drawings of the table that nobody waits for: each second, by a timer that is never quite on time."""


class Drawing(Hearing):
    """Mixed into the main screen. A key, and the end of a run, draw at once; all else is left to ``tick``."""

    terminal: Terminal
    heading: Heading
    status: StatusLine
    runs_head: RunsHead
    _in_charts = _in_rows = -1
    """Versions of the runs that the charts were given, and that the table shows."""
    _rows_at = _ticked_at = 0.0

    def tick(self) -> None:
        """Take in what was told, and draw it in one pass of the screen: the lines when the picture is there."""
        self.hear()
        if self.terminal.is_behind:
            return
        self._ticked_at = monotonic()
        self._invite()
        if self._in_charts != self.session.runs.version:
            self._give_charts()
        rows = self._ticked_at - self._rows_at >= ROWS_SECONDS
        lines = partial(self._tell_lines, rows=rows)
        if not self.charts.redraw(lines):
            lines()

    def go_on(self) -> None:
        """Draw what waited for the terminal to take the picture before, no more often than the timer would."""
        if monotonic() - self._ticked_at >= 1 / self.look.fps:
            self.tick()

    def refresh_views(self) -> None:
        """Draw what has changed since it was drawn, for who waits for it; nothing when nothing has."""
        self._tell_lines(rows=True)
        self._invite()
        if self._in_charts != self.session.runs.version:
            self._give_charts()
            self.charts.redraw()

    def show_runs(self) -> None:
        """Show other runs than before, or in another way."""
        self._give_charts()
        self._judge()

    def explain(self) -> None:
        """Say what the setting under the cursor is."""
        raise NotImplementedError

    def _tell_lines(self, *, rows: bool) -> None:
        """Everything but the charts; with ``rows`` the table, and what is said about its runs."""
        self.heading.tell()
        if rows and self._in_rows != self.session.runs.version:
            self._in_rows, self._rows_at = self.session.runs.version, monotonic()
            self.table.update_rows()
            self.runs_head.tell_listing()
            self.explain()
            self._judge()
        self.on_screen.set_class(self.table.chosen is None, "-no-run")  # no verdict then: its lines are the status's
        self.status.tell(self.session, self.table.chosen)

    def _judge(self) -> None:
        """Have it said what the selected run says against another."""
        runs, chosen = self.session.runs, self.table.chosen
        asked = partial(question, runs, chosen, swept_paths(runs, chosen)) if chosen is not None else None
        self.verdict.ask(asked, of_sweep=self.charts.scene.view.page in PAGES_OF_SWEEPS)

    def _give_charts(self) -> None:
        """Give the charts what they draw."""
        runs, chosen = self.session.runs, self.table.chosen
        self._in_charts = runs.version
        loud, crowd = in_colour(runs, chosen)
        compared = pool(runs, chosen) if self.charts.scene.view.page in PAGES_OF_SWEEPS else None
        curves = [self._curve_of(entry, label) for entry, label in zip(loud, labels(loud), strict=True)]
        self.charts.show(curves, [entry.history for entry in crowd], compared)
        chosen_curve = self._curve_of(chosen, chosen.label) if chosen else None
        self.charts.choose(chosen_curve, absence(chosen, self.session.looking.uninspected))
        self.session.looking.look_into(chosen, inside=self.charts.inside)

    def _invite(self) -> None:
        """What empty charts say."""
        hidden, draft = len(self.session.runs), self.session.draft
        again = f"v shows the selected run of {hidden}" if hidden else "p chooses another preset"
        lines = (f"press r to train {harmless(draft.preset.name)}", again)
        self.charts.invite(draft.config.epochs, lines, len({*draft.grid} - {"seed"}))

    def _curve_of(self, entry: RunEntry, label: str) -> ShownRun:
        return ShownRun(entry.history, label, entry.colour or 0, self.session.branches.root(entry))
