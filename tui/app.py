"""The Textual app: theme, palette, signals, and what happens after the first paint."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.events import Event, Key, Paste, Resize
from textual.filter import LineFilter
from textual.screen import Screen
from textual.timer import Timer

from trainer.presets import Preset
from trainer.store import RunStore
from tui.appearance import DARK, LIGHT, Look, shades
from tui.charts.pages import PAGES
from tui.inbox import Inbox, News
from tui.output.terminal import Terminal, driver
from tui.palette import commands
from tui.protocols import EventSource
from tui.reading import read_runs
from tui.screens.main import MainScreen
from tui.screens.modal import Palette
from tui.session import Session
from tui.signals import STATUS, leave_on_signals
from tui.typing_ahead import InTurn, Passed

SETTLES = 0.2
"""Seconds after the last resize in which what was on its way for another size may still have been written."""


class RegtuiApp(App[None]):
    """Everything on screen lives in the main screen; everything that lasts, in its session."""

    CSS_PATH = "app.tcss"
    TITLE = "regtui"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z", "suspend_process", show=False)]

    def __init__(
        self, presets: Sequence[Preset], store: RunStore, source: EventSource, look: Look | None = None
    ) -> None:
        """The first preset is opened, the others are listed first."""
        super().__init__(driver_class=driver())
        self.look = look or Look()
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = self.look.theme
        self._filters_of_look = self.look.filters(self.console.color_system)
        self.inbox = Inbox(self._wake)
        self.session = Session(presets, store, source, self.inbox.put)
        self.terminal = Terminal(lambda: self._driver)
        self.main: MainScreen | None = None
        self._keys = InTurn(self, super().on_event)
        self._size_told = False
        """Whether the first size has come, with which everything is drawn for the first time."""
        self._settling: Timer | None = None

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Textual's hook for variables of one's own."""
        return shades(self.current_theme, self.current_theme.to_color_system().generate())

    def refresh_css(self, animate: bool = True) -> None:
        """Textual's hook for a new theme; the first comes before there is anything to be seen, and parses nothing."""
        if self.main is None:
            self.stylesheet.set_variables(self.get_css_variables())
        else:
            super().refresh_css(animate)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's hook for what is done to each line: colours and letters that the terminal has."""
        return [*super().get_line_filters(), *self._filters_of_look]

    def action_command_palette(self) -> None:
        """Textual's action, with our palette."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def get_default_screen(self) -> Screen[Any]:
        """Textual's hook for the screen at the bottom; a blank one below ours is painted for nothing."""
        self.main = MainScreen(self.session, self.inbox, self.look, self.terminal)
        return self.main

    def _wake(self) -> None:
        """From any thread: the main screen hears it, whatever screen is above it."""
        if self.main is not None:
            self.main.post_message(News())

    async def on_event(self, event: Event) -> None:
        """Textual's hook for all that happens: keys are taken in turn."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            await self._keys.take(event)
        else:
            await super().on_event(event)

    async def on_passed(self, message: Passed) -> None:
        """A key has been taken."""
        await self._keys.passed(message)

    def on_resize(self, event: Resize) -> None:
        """Who knows what a resized terminal shows: all is drawn, and once more when no other size has followed."""
        self.terminal.forget(event.size.width)
        if self._settling is not None:
            self._settling.stop()
        if self._size_told:
            self._settling = self.set_timer(SETTLES, self._draw_again)
        self._size_told = True

    def on_mount(self) -> None:
        """First paint, then torch and the runs folder."""
        self.call_after_refresh(self._after_paint)
        self.app_resume_signal.subscribe(self, self._draw_again)
        if not self.is_headless:
            leave_on_signals(lambda: self.exit(return_code=STATUS))

    def _after_paint(self) -> None:
        if not gc.isenabled():  # the command has put it off until now
            gc.freeze()
            gc.enable()
        self.session.source.start()
        self.run_worker(self._read_runs, thread=True, exit_on_error=False)

    def _read_runs(self) -> None:
        """In a thread: the runs on disk, then what no key shall wait for when it is first needed."""
        assert self.main is not None
        read_runs(self.session, self.main, self.call_from_thread)
        import trainer.analysis  # noqa: F401

        _ = [page.panes for page in PAGES]

    def _draw_again(self, _: object = None) -> None:
        """After ctrl+z and ``fg`` the terminal shows nothing of ours, and its size may be another."""
        self.terminal.forget(self.size.width)
        if self.screen_stack:  # not when it is leaving
            self.screen.refresh(layout=True)

    def on_cursor_position(self) -> None:
        """The terminal says by this that it has taken the last picture."""
        if self.main is not None:
            self.main.go_on()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette."""
        if screen is self.main and self.main is not None:
            yield from commands(self.main, self.call_later, self.action_change_theme)
