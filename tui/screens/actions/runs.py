"""Keys about the selected run."""

from __future__ import annotations

from tui.screens.actions.parts import Parts


class RunActions(Parts):
    """The keys of group ``runs``."""

    def action_focus_other(self) -> None:
        # Not ``focus()``, which comes later: the next key may be here already.
        self.on_screen.set_focus(self.table if self.properties.has_focus else self.properties)

    def action_toggle_curve(self) -> None:
        if entry := self.selected():
            self.session.show(entry, not entry.shown)
            self.refresh_views()

    def action_baseline(self) -> None:
        if entry := self.selected():
            self.session.set_baseline(entry)
            self.refresh_views()

    def action_edit(self) -> None:
        if entry := self.selected():
            self.session.edit(entry)
            self.properties.refresh_draft()

    def action_delete(self) -> None:
        if entry := self.selected():
            self.session.delete(entry)
            self.refresh_views()

    def action_undo(self) -> None:
        if entry := self.session.undelete():
            self.choose(entry)

    def action_compare(self) -> None:
        from tui.screens.compare import CompareScreen

        shown = self.session.compared(self.table.chosen)
        if len(shown) < 2:
            self.session.refuse("Show two or more runs to compare them: v on a run.")
        else:
            self.on_screen.app.push_screen(CompareScreen(shown))
