"""Keys about the config as a whole; the property list itself dispatches those that change one setting."""

from __future__ import annotations

from tui.screens.actions.parts import Parts


class ConfigActions(Parts):
    """The keys of group ``config``."""

    def action_presets(self) -> None:
        from tui.screens.presets import PresetsScreen

        self.on_screen.app.push_screen(PresetsScreen(self.session.draft.config, self.session.given), self._load)

    def _load(self, name: str | None) -> None:
        if name is not None:
            self.replacing(lambda: self.session.load_preset(name))
            self.properties.refresh_draft()

    def action_write(self) -> None:
        from tui.screens.write import WriteScreen

        if self.session.draft.problem is not None:
            self.session.notices.refuse(f"Cannot be written: {self.session.draft.problem}")
        else:
            self.on_screen.app.push_screen(WriteScreen(self.session.draft), self._written)

    def _written(self, path: str | None) -> None:
        if path is not None:
            self.replacing(lambda: self.session.written(path))
            self.properties.refresh_draft()
