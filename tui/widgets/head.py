"""The line above a panel: its title, a quiet rule, and a note at the right."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from tui.glyphs import Glyphs

PART = " · "
"""Between two parts of a note."""


class Head(Widget):
    """One row; the style sheet colours it by whether its panel has the focus."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"head--rule"}

    def __init__(self, glyphs: Glyphs, title: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes="head")
        self._glyphs = glyphs
        self._title = Content(title)
        self._note = Content("")

    def on_mount(self) -> None:
        """Textual's ``:focus-within`` is not asked anew for what lies beside the focus."""
        self.watch(self.screen, "focused", self._attend)

    def _attend(self) -> None:
        focused = self.screen.focused
        self.set_class(focused is not None and self.parent in focused.ancestors, "-attended")

    def tell(self, title: str | Content, note: str | Content = "") -> None:
        """Change the words; nothing is drawn when they are the same."""
        said = tuple(Content(part) if isinstance(part, str) else part for part in (title, note))
        if [part.markup for part in said] != [part.markup for part in (self._title, self._note)]:  # colours count
            self._title, self._note = said
            self.refresh()

    def render(self) -> Content:
        """The note goes first when it gets narrow, its first part last."""
        room = self.size.width - 2
        title, note = self._title.truncate(max(0, room)), self._note
        room -= title.cell_length
        if note.cell_length + 4 > room:
            note = note.split(PART)[0]
        if note.cell_length + 4 > room:
            note = Content("")
        else:
            room -= note.cell_length + 1
        rule = (self._glyphs.rule * max(0, room), self.rule_style)
        return Content.assemble(" ", title, " ", rule, " ", note)

    @property
    def rule_style(self) -> Style:
        """How the rule looks now."""
        return Style.from_styles(self.get_component_styles("head--rule"))
