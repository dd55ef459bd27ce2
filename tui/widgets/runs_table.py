"""The runs, one a row."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.content import Content

from tui.branches import Branches
from tui.charts.ink import DARK_PALETTE, LIGHT_PALETTE, RUN_LETTERS
from tui.glyphs import Glyphs
from tui.harmless import harmless
from tui.listing import Listing
from tui.run_entry import RunEntry
from tui.runs import Runs
from tui.widgets.head import Head
from tui.widgets.lines import Lines
from tui.widgets.run_columns import FORK_NAME, NARROWEST_NAME, STATE, STATUS, Column, figure, fitting, state


class RunsTable(Lines):
    """One row a run: whether its curves are shown, its name, its figures in per cent."""

    BINDINGS: ClassVar[list[BindingType]] = [*Lines.BINDINGS, Binding("slash", "screen.filter", show=False)]

    def __init__(self, runs: Runs, glyphs: Glyphs, branches: Branches) -> None:
        super().__init__(name="runs")
        self._runs = runs
        self.listing = Listing(runs)
        self._glyphs = glyphs
        self._branches = branches
        self._held: RunEntry | None = None
        self._narrowest = NARROWEST_NAME

    def columns(self, width: int) -> tuple[Column, ...]:
        """Those that fit beside the names."""
        return fitting(width, self._narrowest)

    @property
    def chosen(self) -> RunEntry | None:
        """The selected run."""
        if not len(self.listing):
            self.listing.refresh()  # the first runs are here, and not drawn yet
        return self.listing[self.cursor] if self.cursor < len(self.listing) else None

    def choose(self, entry: RunEntry) -> None:
        """Select a run."""
        self._held = entry
        if (place := self.listing.place(entry)) is not None:
            self.move_to(place)

    def count(self) -> int:
        """Runs there are."""
        return len(self.listing)

    def update_rows(self) -> None:
        """As any list; the cursor stays on its run when others come and go."""
        self.listing.refresh()
        if (place := self.listing.place(self._held)) is not None:
            self.cursor = place
        self._narrowest = FORK_NAME if any(entry.parent for entry in self._runs) else NARROWEST_NAME
        super().update_rows()
        self._held = self.chosen

    def move_to(self, index: int) -> None:
        """As any list."""
        super().move_to(index)
        self._held = self.chosen

    def row(self, index: int, width: int) -> Text:
        """One run."""
        entry = self.listing[index]
        columns = self.columns(width)
        room = width - 3 - sum(c.width for c in columns)
        mark = self._glyphs.shown if entry.shown else self._glyphs.hidden
        if entry.shown and entry.colour is not None and self.app.no_color:
            mark = RUN_LETTERS[entry.colour % len(RUN_LETTERS)]
        if entry is self._runs.baseline:
            mark = self._glyphs.baseline
        palette = DARK_PALETTE if self.app.current_theme.dark else LIGHT_PALETTE
        colour = palette[entry.colour % len(palette)] if entry.shown and entry.colour is not None else ""
        pin = f"{self._glyphs.pinned} " if entry.notes.pinned else ""
        tags = "".join(f" #{tag}" for tag in entry.notes.tags)
        told = any(c.title == "seed" for c in columns) or not entry.config.seed or bool(entry.notes.name)
        seed = "" if told else f" s{entry.config.seed}"
        name = harmless(entry.name.removesuffix(f" seed-{entry.config.seed}") + seed)
        if cell_len(pin + name) > room - 1:
            name = harmless(entry.own + seed)
        if parent := self._branches.parent_name(entry):
            name += f" {self._glyphs.fork} {harmless(parent)}"
        name = pin + name + harmless(tags)
        if cell_len(name) > room - 1:
            name = set_cell_size(name, room - 2) + self._glyphs.more
        look = self.part("muted") if entry.notes.hidden else ""
        text = Text(" ").append(mark, colour or self.part("muted")).append(" " + set_cell_size(name, room), look)
        of_state = self.part({"failed": "invalid", "training": "changed"}.get(state(entry), "muted"))
        for column in columns:
            value = self._glyphs.states[state(entry)] if column is STATE else figure(entry, column)
            style = of_state if column in (STATUS, STATE) else ""
            text.append(value[: column.width - 1].rjust(column.width), style)
        return text


class RunsHead(Head):
    """The line above the table, with the titles of its columns."""

    def __init__(self, table: RunsTable, glyphs: Glyphs) -> None:
        super().__init__(glyphs, "runs", id="runs-head")
        self._table = table
        self._looks: object = None
        """By what the titles of the columns were drawn last."""

    def render(self) -> Content:
        """Aligned with the rows."""
        width, listing = self._table.scrollable_content_region.width, self._table.listing
        columns = self._table.columns(width)
        sign = self._glyphs.orders[listing.falling] if listing.column is not None else ""
        titles = "".join((sign * (c.title == listing.column) + c.title).rjust(c.width) for c in columns)
        blank = len(titles) - len(titles.lstrip())
        title = self._title.truncate(max(4, width - len(titles) + blank - 4), ellipsis=True)
        rule = self._glyphs.rule * max(0, width - len(titles) + blank - title.cell_length - 3)
        return Content.assemble(" ", title, " ", (rule, self.rule_style), " ", titles.lstrip())

    def tell_listing(self) -> None:
        """What is listed, and by what it is sorted where no column says so."""
        listing = self._table.listing
        said = "runs"
        if listing.column is not None:
            said += f" by {listing.column}"
        elif listing.reversed:
            said += ", oldest first"
        if len(listing) != listing.total:
            said += f"  {len(listing)} of {listing.total}"
        if listing.text:
            said += f"  {harmless(listing.text)}"
        self.tell(said)
        looks = listing.column, listing.reversed, self._table.columns(self._table.scrollable_content_region.width)
        if looks != self._looks:
            self._looks = looks
            self.refresh()
