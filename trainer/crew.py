"""What trains for the app, and for sweeps without it: the same generator of events as the engine's, drawn from workers.

One worker process trains a single run, and whatever is on a GPU. A sweep on a CPU is spread over several of one thread
each; see docs/decisions/0014-a-sweep-on-several-processes.md. This module never imports torch.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import suppress
from threading import Lock

from trainer.config import RunConfig
from trainer.dials import DialRequest, dialled
from trainer.errors import ConfigError
from trainer.events import Environment, Event
from trainer.execution import Execution, Member, Order
from trainer.hand import Hand
from trainer.memory import free_memory
from trainer.shift import Shift
from trainer.spreading import hired, parts, shared
from trainer.step import Step, What


class Crew:
    """One worker that stays, and those that join it for a sweep; one training at a time."""

    def __init__(self, execution: Execution) -> None:
        """Nothing is started yet."""
        self.execution = execution
        self._hands: tuple[Hand, ...] = (Hand(execution),)
        """The first is the one that stays."""
        self._lock = Lock()
        self._closed = False
        self._shift: Shift | None = None
        """What trains now."""
        self._step: Step | None = None
        self._looked_into: str | None = None

    @property
    def device(self) -> str:
        """The device that was asked for, such as ``auto``."""
        return self.execution.device

    @property
    def environment(self) -> Environment | None:
        """Where training will happen; None before a worker is ready, or when the device is refused."""
        return self._hands[0].environment

    @property
    def ready(self) -> bool:
        """Whether a worker has imported torch; never blocks."""
        return self._hands[0].ready

    def start(self) -> None:
        """Start a worker, which imports torch by itself; returns at once, and does nothing when it runs."""
        self._hands[0].start()

    def settle(self) -> Environment:
        """Wait until training can begin: where it will happen.

        Raises:
            RegtuiError: it cannot, as the device is not there.
            EOFError: the worker died.
        """
        self.start()
        return self._hands[0].worker.settle()

    def train(self, members: Sequence[Member]) -> Generator[Event, None, None]:
        """As ``trainer.engine.train``: blocking, closing it stops the training.

        Raises:
            RegtuiError: what the engine refuses before training.
        """
        yield from self._carry_out(Order(tuple(members), self.execution))

    def inspect(self, member: Member) -> Generator[Event, None, None]:
        """As ``trainer.engine.inspect``: the insight of a run as its checkpoint holds it.

        Raises:
            RegtuiError: what the engine refuses.
        """
        yield from self._carry_out(Order((member,), self.execution, "look"))

    def test(self, member: Member) -> Generator[Event, None, None]:
        """As ``trainer.engine.run_test``: what a run as its checkpoint holds it does on the test set.

        Raises:
            RegtuiError: what the engine refuses.
        """
        yield from self._carry_out(Order((member,), self.execution, "test"))

    def _carry_out(self, whole: Order) -> Generator[Event, None, None]:
        shift: Shift | None = None
        try:
            configs = [member.config for member in whole.members]
            count = parts(configs, self.execution) if self.settle().device == "cpu" else 1
            orders = shared(whole, count)
            shift = Shift(orders, self._gather(hired(orders, count, free_memory())), self._looked_into)
            self._shift = shift
            shift.step = self._step
            yield from shift.events()
        except EOFError:
            if not self._closed:
                runs = shift.configs if shift else [member.run for member in whole.members]
                yield from self._hands[0].failures(runs)
        finally:
            self._shift = self._step = None
            if shift is not None:
                shift.halt()
            self._dismiss()

    def _gather(self, count: int) -> Sequence[Hand]:
        """So many hands, all started; fewer where there can be no more processes."""
        with self._lock:
            self._hands += tuple(Hand(self.execution) for _ in range(count - 1) if not self._closed)
        with suppress(OSError):
            for hand in self._hands:
                hand.start()
        return [hand for hand in self._hands if hand.started]

    def _dismiss(self) -> None:
        """End those that had joined: what they hold is memory that others may want."""
        with self._lock:
            joined, self._hands = self._hands[1:], self._hands[:1]
        _end(joined)

    def dial(self, request: DialRequest) -> None:
        """Change a setting of what trains, from its next batch on; from any thread. It is told of by ``Dial`` events.

        Runs that wait for a worker begin with it.

        Raises:
            ConfigError: nothing trains, or the setting cannot be changed so in any run that it is meant for.
        """
        shift = self._shift
        meant = [config for run, config in shift.configs.items() if request.run in (None, run)] if shift else []
        if shift is None or not meant:
            raise ConfigError(f"{request.path}: nothing trains that it could be changed of")
        problems = [problem for config in meant if (problem := _misfit(config, request))]
        if len(problems) == len(meant):
            raise ConfigError(problems[0])
        shift.dial(request)

    def look_into(self, run: str | None) -> None:
        """Have insights of a run from now on, while it trains; None wants none. From any thread."""
        self._looked_into = run
        if (shift := self._shift) is not None:
            shift.look_into(run)

    def step(self, what: What | None) -> None:
        """Halt after one epoch, or one batch told of by ``Batch`` events, of each run that trains; None after nothing.

        From any thread, and before it trains, too.
        """
        self._step = Step(what) if what else None
        if (shift := self._shift) is not None:
            shift.take_step(self._step)

    @property
    def halted(self) -> bool:
        """Whether the last event has completed that step; who asks for more nevertheless goes on without it."""
        shift = self._shift
        step = shift.step if shift else None
        return step is not None and step.over

    def hurry(self) -> None:
        """Have the next event come after the batch in flight, for who wants to pause or stop; from any thread."""
        if (shift := self._shift) is not None:
            shift.hurry()

    def close(self) -> None:
        """End all workers, within a second; from any thread."""
        with self._lock:
            self._closed = True
            hands = self._hands
        _end(hands)


def _end(hands: Sequence[Hand]) -> None:
    for hand in hands:
        hand.terminate()
    for hand in hands:
        hand.end()


def _misfit(config: RunConfig, request: DialRequest) -> str:
    """Why a setting cannot be changed so, or ""."""
    try:
        dialled(config, request.path, request.value)
    except ConfigError as error:
        return str(error)
    return ""
