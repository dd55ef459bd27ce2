"""The config as a list of settings that the arrow keys change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message

from trainer.config.properties import Property
from tui.draft import Draft
from tui.glyphs import Glyphs
from tui.harmless import harmless
from tui.steering import Steering
from tui.sweep_values import as_text
from tui.widgets.lines import Lines

LABEL = 16


class PropertyList(Lines):
    """Rows with label, value and unit, under the headings of their sections."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *Lines.BINDINGS,
        Binding("left", "nudge(-1)", show=False),
        Binding("right", "nudge(1)", show=False),
        Binding("enter", "enter", show=False),
        Binding("backspace", "restore", show=False),
    ]

    class Changed(Message):
        """The draft was changed."""

    def __init__(
        self,
        draft: Draft,
        glyphs: Glyphs,
        steering: Steering,
        replacing: Callable[[Callable[[], object]], None],
        asking: Callable[[Property], None],
    ) -> None:
        """``replacing`` makes a change of the draft that can be undone, ``asking`` asks for an exact value at once."""
        super().__init__(name="properties")
        self._draft = draft
        self._glyphs = glyphs
        self._steering = steering
        self._replacing = replacing
        self._asking = asking
        self._rows: Sequence[str | Property] = ()
        self._changed: frozenset[str] = frozenset()
        self.reload()
        self.cursor = 1

    @property
    def chosen(self) -> Property | None:
        """The setting under the cursor."""
        row = self._rows[self.cursor] if self.cursor < len(self._rows) else None
        return row if isinstance(row, Property) else None

    def reload(self) -> None:
        """Take the draft's rows again; the cursor stays on its setting."""
        path = self.chosen.path if self.chosen else None
        rows: list[str | Property] = []
        section = ""
        # What is nudged most comes first; a run's epochs and seed are closed in by no section.
        order = ("regularization", "optimizer", "scheduler", "run", "model", "data")
        for row in sorted(self._draft.rows, key=lambda p: order.index(p.section)):
            if row.section != section:
                section = row.section
                rows.append(section)
            rows.append(row)
        self._rows = rows
        self._changed = self._draft.changed
        if path is not None:
            places = [i for i, r in enumerate(rows) if isinstance(r, Property) and r.path == path]
            self.cursor = places[0] if places else self.cursor

    def refresh_draft(self) -> None:
        """Show what the draft has become."""
        self.reload()
        self.update_rows()
        self.post_message(self.Moved(self))

    def go_to(self, path: str) -> None:
        """Put the cursor on a setting."""
        for i, row in enumerate(self._rows):
            if isinstance(row, Property) and row.path == path:
                self.move_to(i)

    def count(self) -> int:
        """Settings and headings."""
        return len(self._rows)

    def selectable(self, index: int) -> bool:
        """Headings are passed over."""
        return isinstance(self._rows[index], Property)

    def row(self, index: int, width: int) -> Text:
        """A heading, or mark, label, value and unit."""
        row = self._rows[index]
        if isinstance(row, str):
            return Text().append(f" {row}", self.part("heading"))
        misfit = self._draft.misfits.get(row.path)
        grid = self._draft.grid_of(row.path)
        if misfit is not None:
            mark, style = self._glyphs.invalid, "invalid"
            value = harmless(str(misfit.value)) if misfit.typed else row.shown(misfit.value)
        else:
            changed = row.path in self._changed
            mark, style = (self._glyphs.changed, "changed") if changed else (" ", "")
            value = as_text(grid, row) if grid else row.shown(row.value)
            if grid and cell_len(value) > width - LABEL - 3:
                value = f"{len(grid)} values"
        text = Text(mark, self.part(style) if style else "").append(f"{row.label:<{LABEL}}")
        moves = index == self.cursor and self.has_focus and bool(row.choices or row.setting.ladder)
        less, more = (self._glyphs.less_value, self._glyphs.more_value) if moves else (" ", " ")
        text.append(less).append(value, self.part(style) if style else "").append(more)
        if (waits := self._steering.pending_at(row.path)) and misfit is None:
            now = "needs a new run" if waits.problem else f"now {waits.row.shown(waits.row.value)}"
            return text.append(f" {now}", self.part("invalid" if waits.problem else "muted"))
        if row.unit and text.cell_len + len(row.unit) + 1 <= width:
            text.append(f"{row.unit}", self.part("muted"))
        return text

    def action_nudge(self, by: int) -> None:
        """One rung along the ladder of the setting."""
        if row := self.chosen:
            self._draft.nudge(row.path, by)
            self._tell()

    def action_restore(self) -> None:
        """The preset's value again."""
        if row := self.chosen:
            self._replacing(partial(self._draft.restore, row.path))
            self._tell()

    def action_enter(self) -> None:
        """Ask for an exact value; a switch is switched."""
        if (row := self.chosen) is None:
            return
        if row.choices == (False, True):
            self.action_nudge(1)
        else:
            self._asking(row)  # no message: the keys that are typed next are the value

    def enter(self, text: str) -> None:
        """Take a value as typed."""
        if row := self.chosen:
            self._draft.enter(row.path, text)
            self._tell()

    def _tell(self) -> None:
        self.refresh_draft()
        self.post_message(self.Changed())
