"""What actions speak to: the parts of the main screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.screen import Screen

from tui.run_entry import RunEntry

if TYPE_CHECKING:
    from tui.appearance import Look
    from tui.charts import ChartPanel
    from tui.glyphs import Glyphs
    from tui.session import Session
    from tui.widgets.property_list import PropertyList
    from tui.widgets.runs_table import RunsTable
    from tui.widgets.verdict import VerdictLines


class Parts:
    """Every group of actions begins with these."""

    session: Session
    properties: PropertyList
    table: RunsTable
    charts: ChartPanel
    verdict: VerdictLines
    glyphs: Glyphs
    look: Look

    def refresh_views(self) -> None:
        """Draw what has changed."""
        raise NotImplementedError

    def show_runs(self) -> None:
        """Give the charts what they draw."""
        raise NotImplementedError

    def tell_keys(self) -> None:
        """Tell the keys that are of use now."""
        raise NotImplementedError

    def choose(self, entry: RunEntry) -> None:
        """Select a run."""
        raise NotImplementedError

    def action_fold(self, panel: str) -> None:
        """Fold a panel away, or unfold it."""
        raise NotImplementedError

    @property
    def on_screen(self) -> Screen[None]:
        """The main screen, as Textual's own."""
        assert isinstance(self, Screen)
        return self

    def replacing(self, change: Callable[[], object]) -> None:
        """Change the config in a way that undo takes back: all of the draft, with the cursor where it was.

        What ``change`` raises is raised, and nothing is to be undone then.
        """
        draft, steering = self.session.draft, self.session.steering
        kept, attached = draft.kept, steering.attached
        at = self.properties.chosen
        change()

        def back() -> None:
            draft.bring_back(kept)
            steering.attach(*attached)
            self.properties.refresh_draft()
            if at is not None:
                self.properties.go_to(at.path)
            self.refresh_views()
            self.session.notices.say("The config is again what it was.")

        if draft.kept != kept:
            self.session.records.remember(back)

    def selected(self) -> RunEntry | None:
        """The run that the table's cursor is on; without one, the user is told."""
        entry = self.table.chosen
        if entry is None:
            self.session.notices.refuse("There is no run yet: r trains the config.")
        return entry
