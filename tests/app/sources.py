"""Stand-ins for the worker process: recorded curves at any pace, or the real engine in this process."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from threading import Semaphore

from trainer.config import RunConfig
from trainer.dials import Controls, DialRequest
from trainer.errors import RegtuiError
from trainer.events import Batch, Dial, Ended, Environment, Epoch, Event, Insight, Progress, Started, Tested
from trainer.execution import Execution, Member
from trainer.step import Step, What

ENVIRONMENT = Environment(
    regtui="0", python="3", torch="2", platform="test", device="cpu", device_name="test cpu", threads=1
)


def epoch_event(run: str, config: RunConfig, epoch: int) -> Epoch:
    """A curve that says which config made it."""
    ease = 1 / (1 + epoch)
    return Epoch(
        run=run, time=1000.0 + epoch, epoch=epoch, step=10 * epoch, train_loss=ease, train_acc=1 - ease,
        fit_loss=ease, fit_acc=1 - ease, val_loss=ease + 0.1, val_acc=0.9 - ease - config.regularization.dropout / 10,
        l1_penalty=0.0, l2_penalty=0.0, lr=0.01, weight_norm=(3.0, 2.0), grad_norm=0.1, sparsity=0.0, near_zero=0.1,
        seconds=0.5, eval_seconds=0.1,
    )  # fmt: skip


class Halting:
    """Of a source that has one stack at a time: halts after a step of it."""

    def __init__(self) -> None:
        self._step: Step | None = None

    def step(self, what: What | None) -> None:
        """Halt after it."""
        self._step = Step(what) if what else None

    @property
    def halted(self) -> bool:
        """Whether it is over."""
        return self._step is not None and self._step.over

    def watched(self, events: Iterable[Event]) -> Generator[Event, None, None]:
        """The events, and among them the one that is the last of a step."""
        training: list[str] = []
        for event in events:
            if isinstance(event, Started):
                training.append(event.run)
            elif isinstance(event, Ended):
                training.remove(event.run)
            if self._step is not None:
                self._step.note(self, event, training)
                self._step.over = self._step.had(self)
            yield event
            if self.halted:  # and still more is asked for
                self._step = None


class Recorded(Halting):
    """Yields made-up events; each epoch waits for a permit, so that tests decide the pace."""

    def __init__(self, permits: int = 1_000_000, refusal: RegtuiError | None = None) -> None:
        super().__init__()
        self.permits = Semaphore(permits)
        self.refusal = refusal
        self.closed = False
        self.looked_into: str | None = None
        self.insight: Insight | None = None
        """What is seen by who looks."""
        self.execution = Execution(device="cpu", threads=1)
        self.dials: deque[DialRequest] = deque()
        self.batches = self.batch = 0
        self.ready = True
        self.device = "cpu"
        self.environment = ENVIRONMENT

    def start(self) -> None:
        """Nothing to do."""

    def train(self, members: Sequence[Member]) -> Generator[Event, None, None]:
        """All members epoch by epoch."""
        yield from self.watched(self._train(members))

    def _train(self, members: Sequence[Member]) -> Generator[Event, None, None]:
        if self.refusal is not None:
            raise self.refusal
        for m in members:
            yield Started(
                run=m.run, time=time.time(), config=m.config, environment=ENVIRONMENT, parameters=10,
                steps_per_epoch=10, layers=("a", "b"), train_examples=100, validation_examples=100, test_examples=100,
                membership=m.origin.membership,
            )  # fmt: skip
        for number in range(1, members[0].config.epochs + 1):
            yield Progress(
                run=members[0].run, time=time.time(), epoch=number, step=5, steps=10, examples_per_second=1e5,
                seconds_left=5.0, members=len(members),
            )  # fmt: skip
            while not self.permits.acquire(timeout=0.05):
                if self.closed:
                    return
                yield Progress(
                    run=members[0].run, time=time.time(), epoch=number, step=6, steps=10, examples_per_second=1e5,
                    seconds_left=5.0, members=len(members),
                )  # fmt: skip
                yield from self._asked(members, number)
            yield from self._asked(members, number)
            if self.looked_into in [m.run for m in members] and self.insight:
                yield self.insight.model_copy(update={"run": self.looked_into, "epoch": number})
            for m in members:
                yield epoch_event(m.run, m.config, number)
        for m in members:
            yield Ended(
                run=m.run, time=time.time(), status="completed", epochs=m.config.epochs, best_epoch=m.config.epochs,
                test_loss=0.3, test_acc=0.9,
            )  # fmt: skip

    def _asked(self, members: Sequence[Member], epoch: int) -> Generator[Event, None, None]:
        while self.dials:
            request = self.dials.popleft()
            for m in members:
                if request.run in (None, m.run):
                    yield Dial(
                        run=m.run, time=time.time(), path=request.path, value=request.value, previous=0.0, epoch=epoch,
                        step=10 * epoch - 5,
                    )  # fmt: skip
        while self.batches:
            self.batches -= 1
            self.batch += 1
            for m in members:
                yield Batch(
                    run=m.run, time=time.time(), epoch=epoch, step=self.batch, steps=10, loss=0.4321, acc=0.5,
                    grad_norm=1.25, update_ratio=0.0015, lr=0.1,
                )  # fmt: skip

    def dial(self, request: DialRequest) -> None:
        """Every config of these tests can take it; it is told of before the next epoch."""
        self.dials.append(request)

    def inspect(self, member: Member) -> Generator[Event, None, None]:
        """What is seen by who looks."""
        if self.insight is not None:
            yield self.insight.model_copy(update={"run": member.run})

    def test(self, member: Member) -> Generator[Event, None, None]:
        """Each epoch has an accuracy of its own."""
        assert member.start is not None
        epoch = member.start.epoch
        yield Tested(run=member.run, time=time.time(), epoch=epoch, test_loss=0.5, test_acc=0.5 + epoch / 100)

    def look_into(self, run: str | None) -> None:
        """Remember who is looked into."""
        self.looked_into = run

    def step(self, what: What | None) -> None:
        """The next event tells of a batch, where that is asked for."""
        super().step(what)
        self.batches += what == "batch"

    def hurry(self) -> None:
        """Events come soon enough."""

    def close(self) -> None:
        """Let go of whoever waits."""
        self.closed = True


class Engine(Halting):
    """The real engine, in the trainer thread itself."""

    ready = True
    device = "cpu"
    environment = ENVIRONMENT

    def __init__(self) -> None:
        super().__init__()
        self.controls = Controls()
        self.execution = Execution(device="cpu", threads=1)

    def start(self) -> None:
        """Nothing to do."""

    def train(self, members: Sequence[Member]) -> Generator[Event, None, None]:
        """As the engine does, on one thread."""
        from trainer.engine import train

        self.controls = Controls()
        self._ask_for_one_batch()
        return self.watched(train(members, Execution(device="cpu", threads=1), self.controls))

    def dial(self, request: DialRequest) -> None:
        """To the engine."""
        self.controls.dial(request)

    def step(self, what: What | None) -> None:
        """To the engine."""
        super().step(what)
        self._ask_for_one_batch()

    def _ask_for_one_batch(self) -> None:
        if self._step is not None and self._step.what == "batch":
            self.controls.one_batch()

    def inspect(self, member: Member) -> Generator[Event, None, None]:
        """As the engine does."""
        from trainer.engine import inspect

        return inspect(member, Execution(device="cpu", threads=1))

    def test(self, member: Member) -> Generator[Event, None, None]:
        """As the engine does."""
        from trainer.engine import run_test

        return run_test(member, Execution(device="cpu", threads=1))

    def look_into(self, run: str | None) -> None:
        """To the engine."""
        self.controls.looked_into = run

    def hurry(self) -> None:
        """To the engine."""
        self.controls.hurry()

    def close(self) -> None:
        """Nothing to do."""
