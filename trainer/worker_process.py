"""The app's side of the worker: the same generator of events as the engine's, drawn from a child process.

A child process, because importing torch stalls the app's own loop for 0.2 s and drawing steals a trainer thread's
interpreter; see docs/decisions/0002-worker-process.md. This module never imports torch.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock

from trainer import errors
from trainer.config import RunConfig
from trainer.dials import DialRequest, dialled
from trainer.errors import ConfigError, RegtuiError
from trainer.events import Dial, Ended, Environment, Error, Event, parse_event
from trainer.execution import Execution, Member, Order
from trainer.wire import order_line, request_line


@dataclass
class _Child:
    process: subprocess.Popen[str]
    ready: bool = False


class WorkerProcess:
    """Trains in a child process; one training at a time."""

    def __init__(self, execution: Execution) -> None:
        """Nothing is started yet."""
        self.execution = execution
        self._child: _Child | None = None
        self._environment: Environment | None = None
        self._lock = Lock()
        self._first_line = Lock()
        self._writing = Lock()
        self._configs: dict[str, RunConfig] = {}
        """Of the runs that train, as their dials have left them."""
        self._looked_into: str | None = None
        self._closed = False

    @property
    def device(self) -> str:
        """The device that was asked for, such as ``auto``."""
        return self.execution.device

    @property
    def environment(self) -> Environment | None:
        """Where training will happen; None before the child is ready, or when the device is refused."""
        return self._environment if self.ready else None

    @property
    def ready(self) -> bool:
        """Whether the child has imported torch; never blocks."""
        child = self._child
        if child is None or child.ready or child.process.stdout is None:
            return child is not None and child.ready
        if self._first_line.acquire(blocking=False):  # held while ``train`` waits for that line
            try:
                if not child.ready and select.select([child.process.stdout], [], [], 0)[0]:
                    self._read_ready(child)
            except (OSError, ValueError, EOFError):
                return False
            finally:
                self._first_line.release()
        return child.ready

    def _read_ready(self, child: _Child) -> None:
        """Its first line: that it is ready, and where it would train."""
        told = json.loads(self._receive(child))["environment"]
        self._environment = Environment.model_validate(told) if told else None
        child.ready = True

    def start(self) -> None:
        """Start the child, which imports torch by itself; returns at once, and does nothing when it runs."""
        with self._lock:
            if self._closed or (self._child is not None and self._child.process.poll() is None):
                return
            place = [self.execution.device, str(self.execution.threads or ""), self.execution.precision]
            process = subprocess.Popen(
                # -P: a trainer.py or a torch.py that lies in the user's folder is not imported.
                [sys.executable, "-P", "-m", "trainer.worker", *place],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                bufsize=1,
                start_new_session=True,
            )
            self._child = _Child(process)

    def train(self, members: Sequence[Member]) -> Generator[Event, None, None]:
        """As ``trainer.engine.train``: blocking, closing it stops the training.

        Raises:
            RegtuiError: what the engine refuses before training, or that the child died before it began.
        """
        yield from self._ask(Order(tuple(members), self.execution))

    def inspect(self, member: Member) -> Generator[Event, None, None]:
        """As ``trainer.engine.inspect``: the insight of a run as its checkpoint holds it.

        Raises:
            RegtuiError: what the engine refuses.
        """
        yield from self._ask(Order((member,), self.execution, "look"))

    def test(self, member: Member) -> Generator[Event, None, None]:
        """As ``trainer.engine.run_test``: what a run as its checkpoint holds it does on the test set.

        Raises:
            RegtuiError: what the engine refuses.
        """
        yield from self._ask(Order((member,), self.execution, "test"))

    def _ask(self, order: Order) -> Generator[Event, None, None]:
        self.start()
        child, members = self._child, order.members
        if child is None:
            return
        finished = False
        try:
            with self._first_line:
                if not child.ready:
                    self._read_ready(child)
            self._configs = {member.run: member.config for member in members}
            self._send(child, order_line(order))
            self._send(child, f"look {self._looked_into or ''}")
            while True:
                self._send(child, "next")
                line = self._receive(child)
                answer = json.loads(line)
                if "event" not in answer:
                    finished = True
                    if "refused" in answer:
                        raise _refusal(answer)
                    return
                event = parse_event(line)
                if isinstance(event, Dial):
                    changed = dialled(self._configs[event.run], event.path, event.value)
                    self._configs = {**self._configs, event.run: changed}
                yield event
        except (BrokenPipeError, EOFError):
            finished = True
            yield from self._died(members, child)
        finally:
            self._configs = {}
            if not finished:
                self._stop(child)

    def dial(self, request: DialRequest) -> None:
        """Change a setting of what trains, from its next batch on; from any thread. It is told of by ``Dial`` events.

        Raises:
            ConfigError: nothing trains, or the setting cannot be changed so in any run that it is meant for.
        """
        configs = self._configs  # one look: the trainer's thread may put others there
        meant = [config for run, config in configs.items() if request.run in (None, run)]
        if not meant:
            raise ConfigError(f"{request.path}: nothing trains that it could be changed of")
        problems = [problem for config in meant if (problem := _misfit(config, request))]
        if len(problems) == len(meant):
            raise ConfigError(problems[0])
        self._say(f"dial {request_line(request)}")

    def look_into(self, run: str | None) -> None:
        """Have insights of a run from now on, while it trains; None wants none. From any thread."""
        self._looked_into = run
        self._say(f"look {run or ''}")

    def one_batch(self) -> None:
        """Have the next batch told of by itself, by a ``Batch`` event of each run; from any thread."""
        self._say("batch")

    def hurry(self) -> None:
        """Have the next event come after the batch in flight, for who wants to pause or stop; from any thread."""
        self._say("hurry")

    def _say(self, line: str) -> None:
        if self._child is not None:
            with suppress(BrokenPipeError):  # it has just ended
                self._send(self._child, line)

    def _send(self, child: _Child, line: str) -> None:
        assert child.process.stdin is not None
        try:
            with self._writing:
                child.process.stdin.write(line + "\n")
                child.process.stdin.flush()
        except ValueError:  # closed by close() from another thread
            raise BrokenPipeError from None

    def _receive(self, child: _Child) -> str:
        assert child.process.stdout is not None
        try:
            line = child.process.stdout.readline()
        except ValueError:
            raise EOFError from None
        if not line:
            raise EOFError
        return line

    def _stop(self, child: _Child) -> None:
        """Wait for the child to close its generator, so that the next training finds it idle."""
        try:
            self._send(child, "stop")
            while "event" in json.loads(self._receive(child)):
                pass
        except (BrokenPipeError, EOFError):
            pass

    def _died(self, members: Sequence[Member], child: _Child) -> Generator[Event, None, None]:
        if self._closed:
            return
        status = child.process.wait()
        message = f"the training process died (exit status {status}); it may have run out of memory"
        for member in members:
            yield Error(run=member.run, time=time.time(), message=message)
            yield Ended(
                run=member.run, time=time.time(), status="failed", epochs=0, best_epoch=None,
                test_loss=None, test_acc=None, message=message,
            )  # fmt: skip

    def close(self) -> None:
        """End the child, within a second; from any thread."""
        with self._lock:
            self._closed = True
            child = self._child
        if child is None:
            return
        child.process.terminate()
        try:
            child.process.wait(0.7)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
        for pipe in (child.process.stdin, child.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):  # the last request may never have been read
                    pipe.close()


def _misfit(config: RunConfig, request: DialRequest) -> str:
    """Why a setting cannot be changed so, or ""."""
    try:
        dialled(config, request.path, request.value)
    except ConfigError as error:
        return str(error)
    return ""


def _refusal(answer: dict[str, str]) -> RegtuiError:
    kind = getattr(errors, answer["refused"], RegtuiError)
    assert issubclass(kind, RegtuiError)
    return kind(answer["message"])
