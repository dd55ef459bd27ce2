"""A scrolling list of one-line rows with a cursor; only the visible rows that changed are drawn."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, Resize
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip


class Lines(ScrollView, can_focus=True, inherit_bindings=False):
    """The rows are asked for when they are drawn: ``count`` and ``row`` are what a list must say."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--cursor",
        "lines--heading",
        "lines--muted",
        "lines--changed",
        "lines--invalid",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("pageup", "page_step(-1)", show=False),
        Binding("pagedown", "page_step(1)", show=False),
        Binding("home", "edge(0)", show=False),
        Binding("end", "edge(1)", show=False),
    ]

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, lines: Lines) -> None:
            super().__init__()
            self.lines = lines

        @property
        def control(self) -> Lines:
            """The list whose cursor moved."""
            return self.lines

    def __init__(self, *, name: str | None = None) -> None:
        super().__init__(id=name)
        self.cursor = 0
        self._drawn: dict[int, Text] = {}

    def count(self) -> int:
        """Rows there are."""
        raise NotImplementedError

    def row(self, index: int, width: int) -> Text:
        """One row, at most ``width`` columns wide."""
        raise NotImplementedError

    def selectable(self, index: int) -> bool:
        """Whether the cursor may rest on this row."""
        return True

    def part(self, name: str) -> Style:
        """The style of ``lines--name`` in the present theme, foreground and attributes only."""
        return self.get_component_rich_style(f"lines--{name}", partial=True)

    def update_rows(self) -> None:
        """Draw the visible rows that are not as they were."""
        count = self.count()
        if self.virtual_size.height != count:
            self.virtual_size = Size(self.scrollable_content_region.width, count)
            self.refresh()
        self._settle()
        top = self.scroll_offset.y
        for index in range(top, min(top + self.size.height, count)):
            if self._drawn.get(index) != self._row(index):
                self.refresh_line(index)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, or the nearest that it may rest on."""
        before = self.cursor
        self.cursor = index
        self._settle()
        if self.cursor != before:
            self.refresh_line(before)
            self.refresh_line(self.cursor)
            self.post_message(self.Moved(self))
        first = all(not self.selectable(i) for i in range(self.cursor))
        top = 0 if first else self.cursor  # the heading above the first row comes into view with it
        self.scroll_to_region(Region(0, top, 1, self.cursor - top + 1), animate=False, force=True)

    def _settle(self) -> None:
        """Keep the cursor on a row that exists and can be chosen."""
        count = self.count()
        index = max(0, min(self.cursor, count - 1))
        down = (i for i in range(index, count) if self.selectable(i))
        up = (i for i in range(index, -1, -1) if self.selectable(i))
        found = next(down, None)
        self.cursor = found if found is not None else next(up, 0)

    def _row(self, index: int) -> Text:
        width = self.scrollable_content_region.width
        text = self.row(index, width)
        text.truncate(width, pad=True)
        if index == self.cursor and self.has_focus:
            text.stylize(self.part("cursor"))
        elif index == self.cursor:
            text.stylize(Style(bold=True))
        return text

    def render_line(self, y: int) -> Strip:
        """One line of the viewport."""
        index, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if index >= self.count():
            return Strip.blank(width, self.rich_style)
        text = self._drawn[index] = self._row(index)
        return Strip(text.render(self.app.console)).adjust_cell_length(width).apply_style(self.rich_style)

    def on_resize(self, event: Resize) -> None:
        """The rows are drawn for the new width."""
        self._drawn.clear()
        self.virtual_size = Size(self.scrollable_content_region.width, self.count())
        self.call_after_refresh(lambda: self.move_to(self.cursor))

    def on_focus(self) -> None:
        """The cursor shows where keys go."""
        self.refresh_line(self.cursor)

    def on_blur(self) -> None:
        """The cursor is only remembered."""
        self.refresh_line(self.cursor)

    def on_click(self, event: Click) -> None:
        """A click moves the cursor."""
        index = event.y + self.scroll_offset.y
        if index < self.count() and self.selectable(index):
            self.move_to(index)

    def action_step(self, by: int) -> None:
        """One row on, past those that cannot be chosen."""
        index = self.cursor + by
        while 0 <= index < self.count() and not self.selectable(index):
            index += by
        if 0 <= index < self.count():
            self.move_to(index)
        else:
            self.scroll_to(y=0 if by < 0 else self.max_scroll_y, animate=False, force=True)

    def action_page_step(self, by: int) -> None:
        """One screen on."""
        self.move_to(self.cursor + by * max(1, self.size.height - 1))

    def action_edge(self, end: int) -> None:
        """To the first or the last row."""
        self.move_to(self.count() if end else 0)
