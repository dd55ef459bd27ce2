"""The ends that nobody asked for: a lost connection, a machine that goes down, a terminal that is dead."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial

LONGEST_GOODBYE = 1.5
"""Seconds after a signal, after which the process ends whatever its terminal does."""
STATUS = 143
"""Exit status after a signal."""


def leave_on_signals(leave: Callable[[], object]) -> None:
    """On SIGHUP and SIGTERM, and when the terminal is gone without one, call ``leave`` in the running loop.

    The process ends soon after, come what may.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    threading.excepthook = _complain
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, partial(_leave, leave))
    threading.Thread(
        target=_watch_terminal, args=(sys.stdin.fileno(), loop, leave), name="terminal", daemon=True
    ).start()


def _complain(failed: threading.ExceptHookArgs) -> None:
    """As ever, but for what is written to a terminal that is dead: nobody needs to be told."""
    if not issubclass(failed.exc_type, OSError) or failed.thread is None or failed.thread.name != "textual-output":
        threading.__excepthook__(failed)


def _leave(leave: Callable[[], object]) -> None:
    threading.Thread(target=_end_process, daemon=True).start()
    leave()


def _watch_terminal(descriptor: int, loop: asyncio.AbstractEventLoop, leave: Callable[[], object]) -> None:
    """No SIGHUP comes under nohup, nor in a session that the terminal is not of; Textual would spin for ever."""
    hangup = select.poll()
    hangup.register(descriptor, 0)  # no input is waited for: hangup and error are always told
    hangup.poll()
    loop.call_soon_threadsafe(leave)
    _end_process()


def _end_process() -> None:
    time.sleep(LONGEST_GOODBYE)
    os._exit(STATUS)
