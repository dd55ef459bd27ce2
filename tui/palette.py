"""What the palette offers: every action of the table of keys, every setting of the config, and the colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual.app import SystemCommand

from tui.keys import KEYS
from tui.screens.main import MainScreen


def commands(
    main: MainScreen, later: Callable[..., object], choose_theme: Callable[[], None]
) -> Iterator[SystemCommand]:
    """``later`` calls what it is given when the palette is closed."""
    for key in KEYS:
        if not key.local:
            name = f"{key.label}  ({key.written(main.glyphs)})"
            yield SystemCommand(name, key.help, partial(later, main.run_action, key.action))
    for row in main.session.draft.rows:
        yield SystemCommand(f"set {row.label}", row.description, partial(later, main.go_to_setting, row.path))
    yield SystemCommand("theme", "Choose other colours.", choose_theme)
