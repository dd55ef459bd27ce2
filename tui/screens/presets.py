"""The presets: search, description, and what each would change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from trainer.config import RunConfig
from trainer.config.properties import Property, difference, format_value, properties
from trainer.presets import BrokenPreset, Preset, list_presets
from tui.harmless import harmless
from tui.screens.modal import Modal
from tui.widgets.dialog import Dialog
from tui.widgets.lines import Lines


class PresetList(Lines, can_focus=False):
    """Names of the presets that match."""

    found: tuple[Preset | BrokenPreset, ...] = ()

    @property
    def chosen(self) -> Preset | BrokenPreset | None:
        """The preset under the cursor."""
        return self.found[self.cursor] if self.cursor < len(self.found) else None

    def count(self) -> int:
        """Presets that match."""
        return len(self.found)

    def row(self, index: int, width: int) -> Text:
        """A name; a sweep says how many runs it is."""
        preset = self.found[index]
        text = Text(f" {harmless(preset.name)}", self.part("cursor") if index == self.cursor else "")
        if isinstance(preset, BrokenPreset):
            text.append("  broken", self.part("invalid"))
        elif preset.grid:
            text.append(f"  {len(preset.members())} runs", self.part("muted"))
        return text


class PresetsScreen(Modal[str | None]):
    """Closes with the path of the preset that was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "close"),
        Binding("up", "step(-1)", show=False, priority=True),
        Binding("down", "step(1)", show=False, priority=True),
    ]

    def __init__(self, config: RunConfig, given: Sequence[Preset] = ()) -> None:
        super().__init__()
        self._config = config
        listed = list_presets()
        paths = {preset.path for preset in listed}
        self._all = (*(p for p in given if p.path not in paths), *listed)
        self._list = PresetList(name="preset-list")
        self._list.found = self._all

    def compose(self) -> ComposeResult:
        """Search above, list left, preview right."""
        with Dialog("presets", "enter loads it    escape closes"):
            yield Input(placeholder="search", compact=True, id="search")
            with Horizontal():
                yield self._list
                yield Static(id="preview")

    def on_mount(self) -> None:
        """Typing searches."""
        self.query_one(Input).focus()
        self._preview()

    @on(Input.Changed)
    def _search(self, message: Input.Changed) -> None:
        words = message.value.lower().split()
        self._list.found = tuple(p for p in self._all if all(w in _searched(p) for w in words))
        self._list.cursor = 0
        self._list.update_rows()
        self._list.refresh()
        self._preview()

    @on(Input.Submitted)
    def _choose(self) -> None:
        preset = self._list.chosen
        if isinstance(preset, Preset):
            self.dismiss(str(preset.path))

    def action_step(self, by: int) -> None:
        """Another preset."""
        self._list.action_step(by)
        self._list.refresh()
        self._preview()

    def _preview(self) -> None:
        self.query_one("#preview", Static).update(preview(self._list.chosen, self._config))


def _searched(preset: Preset | BrokenPreset) -> str:
    return f"{preset.name} {'' if isinstance(preset, BrokenPreset) else preset.description}".lower()


def preview(preset: Preset | BrokenPreset | None, config: RunConfig) -> Content:
    """What it asks, and what it would change of the config that is edited now."""
    if preset is None:
        return Content.styled("No preset matches.", "$quiet")
    if isinstance(preset, BrokenPreset):
        return Content.styled(harmless(preset.reason), "$text-error")
    lines = [Content(harmless(preset.description)), Content("")]
    extends = f", extends {preset.extends}" if preset.extends else ""
    lines.append(Content.styled(harmless(f"{preset.origin}{extends}"), "$quiet"))
    rows = {row.path: row for one in (config, preset.config) for row in properties(one)}
    for path, values in preset.grid.items():
        told = f"{_label(rows.get(path), path)}: {', '.join(map(format_value, values))}"
        lines.append(Content.styled(harmless(told), "$accent"))
    lines.append(Content(""))
    changes = difference(config, preset.config)
    what = "no setting differs" if not changes else "1 setting differs" if len(changes) == 1 else ""
    lines.append(Content.styled(f"{what or f'{len(changes)} settings differ'} from the config as it is now", "bold"))
    width = max((len(_label(rows.get(path), path)) for path, *_ in changes), default=0)
    for path, before, after in changes:
        told = f"{_label(rows.get(path), path):{width}}  {_value(rows.get(path), before)} to"
        lines.append(Content(harmless(f"{told} {_value(rows.get(path), after)}")))
    return Content("\n").join(lines)


def _label(row: Property | None, path: str) -> str:
    """A setting as the config calls it."""
    return row.label if row is not None else path


def _value(row: Property | None, value: object) -> str:
    return row.shown(value) if row is not None else format_value(value)
