"""The app as it is not: its trainer thread runs the generator itself. ``python -m benchmarks.in_thread PRESET RUNS``.

Kept to be measured against the worker process, by ``python -m benchmarks.app --only thread``; see docs/decisions/0002.
"""

from __future__ import annotations

import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from threading import Thread

from trainer.dials import Controls, DialRequest
from trainer.events import Environment, Event
from trainer.execution import Execution, Member
from trainer.presets import load_preset
from trainer.step import What
from trainer.store import RunStore
from tui.app import RegtuiApp


class InThread:
    """Trains in the thread that asks for events, within the app's own process."""

    device = "cpu"

    def __init__(self, threads: int | None = None) -> None:
        """Nothing is imported yet."""
        self.execution = Execution("cpu", threads)
        self.environment: Environment | None = None
        self._controls = Controls()

    @property
    def ready(self) -> bool:
        """Whether torch is there."""
        return self.environment is not None

    def start(self) -> None:
        """Import torch in a thread."""
        Thread(target=self._prepare, daemon=True).start()

    def _prepare(self) -> None:
        import trainer.engine  # noqa: F401  (most of the time of getting ready)
        from trainer.engine.device import describe_environment, prepare

        self.environment = describe_environment(prepare(self.execution), self.execution.precision)

    def train(self, members: Sequence[Member]) -> Generator[Event, None, None]:
        """The engine's own generator."""
        from trainer.engine import train

        self._controls = Controls()
        return train(members, self.execution, self._controls)

    def inspect(self, member: Member) -> Generator[Event, None, None]:
        """As the engine does."""
        from trainer.engine import inspect

        return inspect(member, self.execution)

    def test(self, member: Member) -> Generator[Event, None, None]:
        """As the engine does."""
        from trainer.engine import run_test

        return run_test(member, self.execution)

    def dial(self, request: DialRequest) -> None:
        """To the engine."""
        self._controls.dial(request)

    def look_into(self, run: str | None) -> None:
        """To the engine."""
        self._controls.looked_into = run

    halted = False

    def step(self, what: What | None) -> None:
        """No benchmark asks for one."""

    def hurry(self) -> None:
        """To the engine."""
        self._controls.hurry()

    def close(self) -> None:
        """The thread ends with the process."""


def main() -> None:
    """Open the app."""
    preset, runs = sys.argv[1:3]
    app = RegtuiApp([load_preset(preset)], RunStore(Path(runs)), InThread())
    app.run()
    app.session.trainer.close()


if __name__ == "__main__":
    main()
