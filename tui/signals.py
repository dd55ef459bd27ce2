"""The ends that nobody asked for: a lost connection, a machine that goes down, a terminal that is dead."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from functools import partial

LONGEST_GOODBYE = 1.5
"""Seconds after a signal, after which the process ends whatever its terminal does."""
STATUS = 143
"""Exit status after a signal."""


def leave_on_signals(leave: Callable[[], object]) -> None:
    """On SIGHUP and SIGTERM call ``leave`` in the running loop; the process ends soon after, come what may."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, partial(_leave, leave))


def _leave(leave: Callable[[], object]) -> None:
    threading.Thread(target=_end_process, daemon=True).start()
    leave()


def _end_process() -> None:
    time.sleep(LONGEST_GOODBYE)
    os._exit(STATUS)
