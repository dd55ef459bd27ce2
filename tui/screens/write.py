"""Write the config under edit as a preset of one's own."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from trainer.errors import PresetError
from trainer.presets import save_preset, user_folder
from tui.draft import Draft
from tui.harmless import harmless
from tui.screens.modal import Modal
from tui.widgets.dialog import Dialog


class WriteScreen(Modal[str | None]):
    """Closes with the path of the file that was written."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "close"),
        Binding("ctrl+o", "overwrite", "overwrite", priority=True),
    ]

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft

    def compose(self) -> ComposeResult:
        """Name and the question that it asks."""
        name = self._draft.named.name
        with Dialog("write preset", "enter writes it    ctrl+o overwrites    escape closes", classes="-narrow"):
            yield Static("name", classes="label")
            yield Input(name, compact=True, id="name")
            yield Static("the question that it asks", classes="label")
            yield Input(self._draft.config.description, compact=True, id="description")
            yield Static(Content.styled(f"into {harmless(str(user_folder()))}", "$quiet"), id="said")

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._write(overwrite=False)

    def action_overwrite(self) -> None:
        """Take the place of one that is there."""
        self._write(overwrite=True)

    def _write(self, *, overwrite: bool) -> None:
        name, description = (self.query_one(f"#{i}", Input).value.strip() for i in ("name", "description"))
        preset, draft = self._draft.preset, self._draft
        parent = preset.name if preset.origin in ("shipped", "user") else None
        try:
            path = save_preset(
                draft.config, name, description, extends=parent, grid=draft.grid, overwrite=overwrite
            )  # fmt: skip
        except PresetError as error:
            self.query_one("#said", Static).update(Content.styled(harmless(str(error)), "$text-error"))
        else:
            self.dismiss(str(path))
