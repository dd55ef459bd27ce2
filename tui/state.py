"""What regtui remembers between sessions, under ``$XDG_STATE_HOME/regtui``."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

LONGEST_LOG = 1_000_000
"""Bytes, after which the log is begun anew."""


def state_folder() -> Path:
    """Its folder; nothing is created."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")  # noqa: PTH111  (needs no home)
    return Path(base) / "regtui"


def log_file() -> Path:
    """What was said, and what libraries printed while the app was on screen."""
    return state_folder() / "log"


def log(text: str) -> None:
    """Add to the log, which is begun anew once it is long; a home that cannot be written to has none."""
    with suppress(OSError):
        log_file().parent.mkdir(parents=True, exist_ok=True)
        with log_file().open("a" if log_length() < LONGEST_LOG else "w", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")


def log_length() -> int:
    """Bytes in the log."""
    try:
        return log_file().stat().st_size
    except OSError:
        return 0


def log_tail(lines: int = 200) -> list[str]:
    """The newest lines of the log, oldest first."""
    try:
        with log_file().open("rb") as file:
            file.seek(max(0, log_length() - 200 * lines))
            return file.read().decode(errors="replace").splitlines()[-lines:]
    except OSError:
        return []


def hint_is_due() -> bool:
    """Whether nobody has started regtui here before."""
    return not (state_folder() / "hint-seen").exists()


def remember_hint() -> None:
    """Never show the hint again; a home that cannot be written to shows it again next time."""
    with suppress(OSError):
        state_folder().mkdir(parents=True, exist_ok=True)
        (state_folder() / "hint-seen").touch()
