"""Keys about regtui itself."""

from __future__ import annotations

from functools import partial

from tui.keys import Place
from tui.screens.actions.parts import Parts
from tui.widgets.keys_line import KeysLine


class AppActions(Parts):
    """The keys of group ``app``."""

    def action_log(self) -> None:
        from tui.screens.text import log_screen

        self.on_screen.app.push_screen(log_screen(tuple(self.session.notices.told)))

    def action_help(self) -> None:
        from tui.screens.text import help_screen

        self.on_screen.app.push_screen(help_screen(self.glyphs, self._place))

    @property
    def _place(self) -> Place:
        return "runs" if self.table.has_focus else "config"

    def tell_keys(self) -> None:
        """The keys that are of use now."""
        self.on_screen.query_one(KeysLine).tell(self._place if self.charts.only is None else None)

    def action_fold(self, panel: str) -> None:
        """On a small screen the config takes the place of the charts and is folded at first."""
        self.on_screen.toggle_class(f"-fold-{panel}", f"-unfold-{panel}")
        self.on_screen.call_after_refresh(partial(self.refocus, unfolded=panel == "config"))

    def go_to_setting(self, path: str) -> None:
        """Put the cursor of the config on a setting, and give it the keys."""
        if self.charts.only is not None:
            self.on_screen.remove_class("-zoomed")
            self.charts.show_only(None)
        elif not self.on_screen.query_one("#config").display:
            self.action_fold("config")
        self.properties.go_to(path)
        self.on_screen.call_after_refresh(partial(self.refocus, unfolded=True))

    def refocus(self, *, unfolded: bool = False) -> None:
        """Keys are never left to a panel that is folded away; the config has them when it is unfolded."""
        config = self.on_screen.query_one("#config").display
        if self.on_screen.focused is None or (config and unfolded):
            self.on_screen.set_focus(self.properties if config else self.table)

    def action_quit(self) -> None:
        from tui.screens.confirm import Confirm

        question = ""
        if self.session.unsaved:
            question = "Something is in memory only, for it could not be written. Quit, and lose it?"
        elif self.session.busy:
            question = "A run is training. Quit, and keep its finished epochs?"
        if question:
            self.on_screen.app.push_screen(Confirm(question, quits=True), self._leave)
        else:
            self._leave(True)

    def _leave(self, sure: bool | None) -> None:
        if sure:
            self.on_screen.app.exit()
