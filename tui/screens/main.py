"""The main screen: config on the left, charts and runs on the right, and what every key does to them."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Resize
from textual.screen import Screen
from textual.widgets import Input, Static

from tui.appearance import Look
from tui.charts import ChartPanel
from tui.inbox import Inbox
from tui.keys import bindings
from tui.output.terminal import Terminal
from tui.run_entry import RunEntry
from tui.screens.actions import Actions
from tui.screens.drawing import Drawing
from tui.screens.entry import Entry
from tui.screens.sizes import sizes, too_small
from tui.session import Session
from tui.widgets.explanation import Explanation, allowed
from tui.widgets.head import Head
from tui.widgets.heading import Heading
from tui.widgets.hint import Hint
from tui.widgets.keys_line import KeysLine
from tui.widgets.lines import Lines
from tui.widgets.property_list import PropertyList
from tui.widgets.runs_table import RunsHead, RunsTable
from tui.widgets.status_line import StatusLine
from tui.widgets.tabs import looks, tabs
from tui.widgets.verdict import VerdictLines


class MainScreen(Drawing, Actions, Screen[None]):
    """Holds the session; messages from the trainer thread change it, a timer draws what has changed."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(), Binding("ctrl+q,ctrl+c", "quit", show=False)]

    def __init__(self, session: Session, inbox: Inbox, look: Look, terminal: Terminal) -> None:
        super().__init__(classes="-no-run")
        self.session = session
        self.inbox = inbox
        self.look = look
        self.terminal = terminal
        self.glyphs = glyphs = look.glyphs
        # Widgets that actions speak to are kept; the others are found when they are needed.
        self.entry = Entry()
        self.properties = PropertyList(session.draft, glyphs, session.steering, self.replacing, self.entry.ask)
        self.table = RunsTable(session.runs, glyphs, session.branches)
        self.runs_head = RunsHead(self.table, glyphs)
        self.charts = ChartPanel(markers=look.markers, terminal=terminal)
        self.status = StatusLine(glyphs)
        self.heading = Heading(session, glyphs)
        self.explanation = Explanation(id="explanation")
        self.about = Head(glyphs, id="about")
        self.tabs = Head(glyphs, id="tabs")
        self.hint = Hint(glyphs)
        self.verdict = VerdictLines(glyphs)

    def compose(self) -> ComposeResult:
        """The panels."""
        yield self.heading
        with Horizontal(id="panels"):
            with Vertical(id="config"):
                yield Head(self.glyphs, "config")
                yield self.properties
                yield self.about
                yield self.entry
                yield self.explanation
            with Vertical(id="results"):
                yield self.tabs
                yield self.charts
                yield self.runs_head
                yield self.table
        yield self.verdict
        yield self.hint
        yield self.status
        yield Static(id="too-small")
        yield KeysLine(self.glyphs)

    def on_mount(self) -> None:
        """The list of settings has the first word."""
        self.properties.focus()
        self.properties.refresh_draft()
        self.refresh_views()
        self.set_interval(1 / self.look.fps, self.tick)

    def on_resize(self, event: Resize) -> None:
        """Huge, full, small, or too small to be of use."""
        for name, fits in sizes(*event.size).items():
            self.set_class(fits, name)
        self.query_one("#too-small", Static).update(too_small(*event.size), layout=False)
        self.call_after_refresh(self.on_chart_panel_looked)
        self.call_after_refresh(self.refocus)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """The last line tells what keys do here."""
        self.tell_keys()

    def on_lines_moved(self, message: Lines.Moved) -> None:
        """The setting under the cursor explains itself; the run under the cursor is the one in colour."""
        if message.lines is self.table:
            self.status.tell(self.session, self.table.chosen)
            self.show_runs()
        else:
            self.explain()

    def explain(self) -> None:
        """Say what the setting under the cursor is."""
        if (row := self.properties.chosen) is not None:
            self.about.tell(row.label, allowed(row, self.session.draft))
            self.explanation.explain(row, self.session.draft, self.session.steering)

    def on_chart_panel_looked(self) -> None:
        """The words above the charts say which page this is, and how it is looked at."""
        view = self.charts.scene.view
        note = looks(view, self.glyphs)
        self.tabs.tell(tabs(view, self.tabs.size.width - 2 - (note.cell_length and note.cell_length + 6)), note)

    def on_property_list_changed(self) -> None:
        """The heading counts the changes; a run that is steered live takes them at once."""
        if self.session.steering.live and self.session.steering.requests:
            self.session.apply_dials()
            self.properties.refresh_draft()  # what waited, waits no more
        self.heading.tell()

    def on_input_submitted(self, message: Input.Submitted) -> None:
        """Take what was typed; what does not fit stays on its row, with the reason."""
        self.close_entry()
        self.properties.enter(message.value)

    def close_entry(self) -> None:
        """Back to the list."""
        self.entry.display = False
        self.set_focus(self.properties)

    def key_escape(self) -> None:
        """Leave the entry as it was; without one, take back what the run that trains was not told yet."""
        self.hint.leave()
        if self.entry.display:
            self.close_entry()
        elif self.session.steering.discard():
            self.properties.refresh_draft()
            self.heading.tell()

    def choose(self, entry: RunEntry) -> None:
        """Select a run, once the table has its row."""
        self.hint.leave()
        self.refresh_views()
        self.call_after_refresh(partial(self.table.choose, entry))
