"""One worker of a crew: its process, started anew when it has died, and how it stands with its order. Free of torch."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from threading import Lock

from trainer.config import RunConfig
from trainer.dials import dialled
from trainer.errors import RegtuiError
from trainer.events import Dial, Ended, Environment, Error, Event, Started
from trainer.execution import Execution, Order
from trainer.worker_process import WorkerProcess

DIED = "the training process died (exit status {}); it may have run out of memory"


class Hand:
    """Only one thread trains with it; ``start``, ``say``, ``end`` and what it tells of itself are for any thread."""

    def __init__(self, execution: Execution) -> None:
        """Nothing is started yet."""
        self._execution = execution
        self._worker: WorkerProcess | None = None
        self._lock = Lock()
        self.gone = False
        """Whether it was ended for good."""
        self.busy = False
        """Whether it has an order."""
        self.untouched: Order | None = None
        """That order, as long as it has not told of anything."""
        self.asked = False
        """Whether it owes an event."""
        self.configs: Mapping[str, RunConfig] = {}
        """Of the runs of its order that are not over, as their dials have left them."""
        self.training: tuple[str, ...] = ()
        """Those of them that have begun: they train side by side."""
        self.told = 0.0
        """When its progress was passed on last."""

    def start(self) -> None:
        """Start the process, unless it runs; returns at once.

        Raises:
            OSError: there can be no further process.
        """
        with self._lock:
            if self.gone or (self._worker is not None and self._worker.runs):
                return
            if self._worker is not None:
                self._worker.end()
            self._worker = WorkerProcess(self._execution)

    @property
    def started(self) -> bool:
        """Whether there is a process."""
        return self._worker is not None

    @property
    def worker(self) -> WorkerProcess:
        """The process.

        Raises:
            EOFError: it was ended before it was started.
        """
        if self._worker is None:
            raise EOFError
        return self._worker

    @property
    def ready(self) -> bool:
        """Whether it has imported torch; never blocks."""
        return self._worker is not None and self._worker.ready

    @property
    def environment(self) -> Environment | None:
        """Where it trains; None before it is ready, or when the device is refused."""
        return self._worker.environment if self._worker else None

    def fileno(self) -> int:
        """What is readable when it has something to say: for ``select``."""
        return self.worker.fileno()

    def give(self, order: Order) -> None:
        """An order, which it begins with the first event that is wanted."""
        self.configs, self.training = {member.run: member.config for member in order.members}, ()
        self.busy, self.asked, self.untouched = True, False, order
        self.worker.begin(order)

    def want(self) -> None:
        """Have it train until its next event."""
        if self.busy and not self.asked:
            self.asked = True
            self.worker.say("next")

    def take(self) -> Event | None:
        """The event that it owes; None when its order is done.

        Raises:
            RegtuiError: what the engine refuses; ``fail`` is to be called then.
            EOFError: it died; likewise.
        """
        try:
            event = self.worker.take()
        except RegtuiError:
            self.busy = self.asked = False
            raise
        self.asked, self.untouched = False, None
        match event:
            case None:
                self.busy = False
            case Started():
                self.training = (*self.training, event.run)
            case Ended():
                self._over(event.run)
            case Dial():
                changed = dialled(self.configs[event.run], event.path, event.value)
                self.configs = {**self.configs, event.run: changed}
        return event

    def _over(self, run: str) -> None:
        self.configs = {other: config for other, config in self.configs.items() if other != run}
        self.training = tuple(other for other in self.training if other != run)

    def fail(self, why: RegtuiError | EOFError) -> list[Event]:
        """Be done with the order; the ends of its runs that were not over."""
        ends = self.failures(self.configs, str(why) if isinstance(why, RegtuiError) else "")
        self.forget()
        return ends

    def failures(self, runs: Iterable[str], message: str = "") -> list[Event]:
        """The ends of runs that have failed; without a message, because this one has died."""
        message = message or DIED.format(self.worker.exit_status)
        return [event for run in runs for event in _failed(run, message)]

    def forget(self) -> None:
        """Be without an order."""
        self.configs, self.training, self.busy, self.asked, self.untouched = {}, (), False, False, None

    def say(self, word: str) -> None:
        """Tell it something about what it trains."""
        if self._worker is not None:
            self._worker.say(word)

    def halt(self) -> None:
        """After ``stop`` was said: wait until the order is given up."""
        self.worker.drain()
        self.forget()

    def terminate(self) -> None:
        """Begin to end the process, for good."""
        with self._lock:
            self.gone = True
        if self._worker is not None:
            self._worker.terminate()

    def end(self) -> None:
        """Wait for that end, at most a second."""
        if self._worker is not None:
            self._worker.end()


def _failed(run: str, message: str) -> tuple[Event, Event]:
    now = time.time()
    ended = Ended(
        run=run, time=now, status="failed", epochs=0, best_epoch=None, test_loss=None, test_acc=None, message=message
    )
    return Error(run=run, time=now, message=message), ended
