"""Waiting for what other processes do."""

from __future__ import annotations

import select
import time
from collections.abc import Callable


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait for a condition, which must come true."""
    last = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < last, "never came true"
        select.select([], [], [], 0.02)
