"""The child process that trains for the app: ``python -m trainer.worker``, which alone imports torch.

It speaks JSON lines. Standard input: an ``Order``, then ``next`` for each event wanted or ``stop``. At any time there
may be ``dial {"path": …, "value": …, "run": …}`` for a setting that changes with the next batch, or ``batch`` for a
next batch that is told of by itself, or ``look RUN`` to have its insights from now on (``look`` alone for none), or
``hurry`` for an event after the batch in flight: a thread reads, so that no word waits for the next event.
Standard output: ``{"environment": …}`` once torch is there, or ``{"refused": kind, "message": …}`` where it, or the
device, is not; then an event for each ``next``, and ``{"done": true}`` or ``{"refused": …}`` at the end. End of input
ends the process: a worker never outlives its parent. Its arguments are the device and the threads that will be asked
for, so that being ready also says where training will happen.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from queue import SimpleQueue
from threading import Thread
from typing import IO, cast

from trainer.dials import Controls
from trainer.errors import RegtuiError
from trainer.events import Environment, event_line
from trainer.execution import Execution, Order, Precision
from trainer.importing import importing_torch
from trainer.wire import parse_order, parse_request


def main() -> None:
    """Serve until standard input ends."""
    for name in ("SIGINT", "SIGHUP"):  # meant for the app, which then closes our input
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "w", buffering=1, encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not mix with the events
    try:
        place = _place(*sys.argv[1:4])  # its import is the slow part of getting ready
    except RegtuiError as error:
        out.write(_refusal(error))
    else:
        out.write(json.dumps({"environment": place.model_dump()}) + "\n")
    asked = Asked(sys.stdin)
    while order := asked.order():
        _serve(order, asked, out)


def _place(device: str, threads: str, precision: str) -> Environment:
    """Where training will happen.

    Raises:
        RegtuiError: PyTorch cannot be imported, or the device is refused.
    """
    with importing_torch():
        from trainer.engine import train  # noqa: F401
        from trainer.engine.device import describe_environment, prepare
    execution = Execution(device, int(threads) if threads else None, precision=cast(Precision, precision))
    return describe_environment(prepare(execution), execution.precision)


class Asked:
    """What standard input asks for: orders, and words about the training that is on, as they come."""

    def __init__(self, inbox: IO[str]) -> None:
        """Begin to read."""
        self.controls = Controls()
        """Of the training that is on."""
        self._lines: SimpleQueue[tuple[str, Controls]] = SimpleQueue()
        Thread(target=self._read, args=(inbox,), daemon=True).start()

    def _read(self, inbox: IO[str]) -> None:
        controls = self.controls
        for line in inbox:
            word = line.strip()
            if word.startswith("{"):
                controls = Controls()
                self._lines.put((word, controls))
            elif word in ("next", "stop"):
                self._lines.put((word, controls))
            else:
                _turn(controls, word)
        controls.hurry()
        self._lines.put(("", controls))

    def order(self) -> Order | None:
        """The next order; None at the end of input."""
        line = "next"
        while line and not line.startswith("{"):  # the words are left over from a training that has just ended
            line, self.controls = self._lines.get()
        return parse_order(line) if line else None

    def wants_more(self) -> bool:
        """Whether another event is wanted: wait to be told."""
        return self._lines.get()[0] == "next"


def _turn(controls: Controls, word: str) -> None:
    if word == "batch":
        controls.one_batch()
    elif word == "hurry":
        controls.hurry()
    elif word.startswith("look"):
        controls.looked_into = word.removeprefix("look").strip() or None
    else:
        controls.dial(parse_request(word.removeprefix("dial ")))


def _serve(order: Order, asked: Asked, out: IO[str]) -> None:
    from trainer.engine import inspect, run_test, train

    if order.asks == "train":
        events = train(order.members, order.execution, asked.controls)
    else:
        events = {"look": inspect, "test": run_test}[order.asks](order.members[0], order.execution)
    try:
        while asked.wants_more():
            event = next(events, None)
            if event is None:
                break
            out.write(event_line(event))
    except RegtuiError as error:
        out.write(_refusal(error))
        return
    finally:
        events.close()
    out.write('{"done": true}\n')


def _refusal(error: RegtuiError) -> str:
    return json.dumps({"refused": type(error).__name__, "message": str(error)}) + "\n"


if __name__ == "__main__":
    main()
