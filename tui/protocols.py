"""The two ends that the trainer thread connects: what trains, and what keeps the record."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Protocol

from trainer.config import RunConfig
from trainer.dials import DialRequest
from trainer.events import Ended, Environment, Event, Status
from trainer.execution import FRESH, Execution, Member, Origin
from trainer.history import RunHistory
from trainer.step import What


class EventSource(Protocol):
    """What trains: the worker process, or a replay of recorded events."""

    @property
    def device(self) -> str:
        """The device that was asked for, such as ``auto``."""

    @property
    def environment(self) -> Environment | None:
        """Where training will happen; None before it is ready."""

    @property
    def ready(self) -> bool:
        """Whether training would start at once (torch is imported)."""

    def start(self) -> None:
        """Begin to get ready; returns at once."""

    @property
    def execution(self) -> Execution:
        """Where and how it trains: as a background process is to go on."""

    def train(self, members: Sequence[Member]) -> Generator[Event, None, None]:
        """The events of one stacked group; closing the generator stops it."""

    def dial(self, request: DialRequest) -> None:
        """Change a setting of what trains, from its next batch on; ConfigError when it cannot be. From any thread."""

    def inspect(self, member: Member) -> Generator[Event, None, None]:
        """The insight of a run as its checkpoint holds it."""

    def test(self, member: Member) -> Generator[Event, None, None]:
        """What a run as its checkpoint holds it does on the test set."""

    def look_into(self, run: str | None) -> None:
        """Have insights of a run from now on, while it trains; None wants none. From any thread."""

    def step(self, what: What | None) -> None:
        """Halt after one epoch, or one batch told of by itself, of each run that trains. From any thread."""

    @property
    def halted(self) -> bool:
        """Whether the last event has completed that step."""

    def hurry(self) -> None:
        """Have the next event come as soon as there can be one. From any thread."""

    def close(self) -> None:
        """Give everything up within a second; from any thread, and also while ``train`` waits."""


class RunRecorder(Protocol):
    """The part of the store that training needs."""

    def claim(self, config: RunConfig, origin: Origin = FRESH) -> tuple[Member, str]:
        """Claim a run id and its folder, in memory if need be; what the user should hear of, or ""."""

    def resume(self, runs: Sequence[str]) -> list[Member]:
        """What it takes to go on with runs that were cut off."""

    def newest_state(self, run: str) -> Member:
        """What it takes to look into a run as its newest checkpoint holds it."""

    def state_after(self, run: str, epoch: int) -> Member:
        """What it takes to test a run as it was after an epoch."""

    def history(self, run: str) -> RunHistory:
        """A run as it is on disk."""

    def beat(self) -> None:
        """Tell other machines that this process lives."""

    def hand_over(self) -> None:
        """Let go of all runs, so that another process can go on with them."""

    @property
    def root(self) -> Path:
        """The folder of all runs."""

    @property
    def stop_wanted(self) -> str | None:
        """The run that another process has asked to end, with what trains beside it here."""

    def record(self, event: Event) -> str:
        """Append one event to its run, now or when the disk takes it; what the user should hear of, or ""."""

    @property
    def unsaved(self) -> tuple[str, ...]:
        """Runs of which something waits to be written."""

    def write_waiting(self) -> str:
        """Try again to write what waits; what the user should hear of, or ""."""

    def close_run(self, run: str, status: Status, message: str = "", *, keep: bool = False) -> Ended | None:
        """End a run that its consumer cut off; None when it has ended already, or never began, which may be kept."""
