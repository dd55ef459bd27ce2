"""What regtui remembers between sessions, under ``$XDG_STATE_HOME/regtui``."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def state_folder() -> Path:
    """Its folder; nothing is created."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")  # noqa: PTH111  (needs no home)
    return Path(base) / "regtui"


def log_file() -> Path:
    """Where what libraries print goes while the app is on screen."""
    return state_folder() / "log"


def hint_is_due() -> bool:
    """Whether nobody has started regtui here before."""
    return not (state_folder() / "hint-seen").exists()


def remember_hint() -> None:
    """Never show the hint again; a home that cannot be written to shows it again next time."""
    with suppress(OSError):
        state_folder().mkdir(parents=True, exist_ok=True)
        (state_folder() / "hint-seen").touch()
