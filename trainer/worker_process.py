"""A child process that trains, as its parent sees it: what is said to it, and the events that it answers.

A child process, because importing torch stalls the app's own loop for 0.2 s and drawing steals a trainer thread's
interpreter; see docs/decisions/0002-worker-process.md. This module never imports torch.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
from contextlib import suppress
from threading import Lock

from trainer import errors
from trainer.errors import RegtuiError
from trainer.events import Environment, Event, parse_event
from trainer.execution import Execution, Order
from trainer.wire import order_line

ENDS = ('{"done"', '{"refused"')
"""How the lines begin that are no events."""
DYING_SECONDS = 2
"""That a process may take to be gone once its output is."""


class WorkerProcess:
    """Does one order at a time, an event for each ``next``; who asks for none pauses it."""

    def __init__(self, execution: Execution) -> None:
        """It is started, and imports torch by itself.

        Raises:
            OSError: there can be no further process.
        """
        place = [execution.device, str(execution.threads or ""), execution.precision]
        self._process = subprocess.Popen(
            # -P: a trainer.py or a torch.py that lies in the user's folder is not imported.
            [sys.executable, "-P", "-m", "trainer.worker", *place],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            bufsize=1,
            start_new_session=True,
        )
        self._environment: Environment | None = None
        self._refusal: RegtuiError | None = None
        self._is_ready = self._is_mute = False
        self._first_line = Lock()
        self._writing = Lock()

    @property
    def runs(self) -> bool:
        """Whether the process is there; one that has closed its side is not, though its end may not be known yet."""
        return not self._is_mute and self._process.poll() is None

    @property
    def exit_status(self) -> int:
        """Of the process, which has closed its side; one that lives on all the same is ended."""
        try:
            return self._process.wait(DYING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    @property
    def ready(self) -> bool:
        """Whether it has imported torch; never blocks."""
        if not self._is_ready and self._first_line.acquire(blocking=False):  # held while ``settle`` waits for that line
            try:
                if not self._is_ready and select.select([self], [], [], 0)[0]:
                    self._read_first_line()
            except (OSError, EOFError):
                return False
            finally:
                self._first_line.release()
        return self._is_ready

    @property
    def environment(self) -> Environment | None:
        """Where it trains; None before it is ready, or when the device is refused."""
        return self._environment if self.ready else None

    def settle(self) -> Environment:
        """Wait until it is ready: where it trains.

        Raises:
            RegtuiError: it cannot train there, or not at all.
            EOFError: it died.
        """
        with self._first_line:
            if not self._is_ready:
                self._read_first_line()
        if self._environment is None:
            raise self._refusal or EOFError
        return self._environment

    def _read_first_line(self) -> None:
        told = json.loads(self._receive())
        if "refused" in told:
            self._refusal = _refusal(told)
        else:
            self._environment = Environment.model_validate(told["environment"])
        self._is_ready = True

    def fileno(self) -> int:
        """What is readable when an answer has come, or the process has ended: for ``select``.

        Raises:
            EOFError: it was ended from another thread.
        """
        assert self._process.stdout is not None
        try:
            return self._process.stdout.fileno()
        except ValueError:
            raise EOFError from None

    def begin(self, order: Order) -> None:
        """Give an order; it has none."""
        self.say(order_line(order))

    def take(self) -> Event | None:
        """The event that ``next`` asked for, waiting for it; None when the order is done.

        Raises:
            RegtuiError: what the engine refuses; the order is done, too.
            EOFError: it died.
        """
        line = self._receive()
        if not line.startswith(ENDS):
            return parse_event(line)
        answer = json.loads(line)
        if "refused" in answer:
            raise _refusal(answer)
        return None

    def say(self, line: str) -> None:
        """``next``, ``stop``, or something about what it trains; from any thread."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError, ValueError), self._writing:  # it has just ended: who listens will know
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def drain(self) -> None:
        """After ``stop`` was said: wait until it is idle, so that the next order finds it so."""
        with suppress(EOFError):
            while "event" in json.loads(self._receive()):
                pass

    def _receive(self) -> str:
        assert self._process.stdout is not None
        try:
            line = self._process.stdout.readline()
        except ValueError:
            raise EOFError from None
        if not line.endswith("\n"):  # nothing, or torn: it was killed while it wrote
            self._is_mute = True
            raise EOFError
        return line

    def terminate(self) -> None:
        """Have it end; returns at once. From any thread."""
        self._process.terminate()

    def end(self, seconds: float = 0.7) -> None:
        """After ``terminate``: wait so long for its end, then enforce it. From any thread."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # the last request may never have been read
                    pipe.close()


def _refusal(answer: dict[str, str]) -> RegtuiError:
    kind = getattr(errors, answer["refused"], RegtuiError)
    assert issubclass(kind, RegtuiError)
    return kind(answer["message"])
