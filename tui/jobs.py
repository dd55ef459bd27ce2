"""What the trainer thread is asked for, and the messages in which it tells of it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from trainer.config import RunConfig
from trainer.events import Event
from trainer.execution import Member, Origin
from trainer.step import What

STOPPED = "it was stopped"
"""Why a checkpoint was not looked into, or tested, where that is all there is to it."""


@dataclass(frozen=True)
class Job:
    """Runs that train together: one config, or all members of a grid."""

    keys: tuple[int, ...]
    """Which rows of the table these runs are, in the order of ``configs``."""
    configs: tuple[RunConfig, ...]
    step: What | None = None
    """Pause after the first epoch, or batch."""
    origins: tuple[Origin, ...] = ()
    """What each begins with besides its config, for forks and reruns of dialled runs; none are fresh."""
    resumed: tuple[str, ...] = ()
    """Runs to go on with, in the order of ``configs``; none are new."""
    inspected: str | None = None
    """A run to be looked into as its newest checkpoint holds it; nothing is trained then."""
    tested: int | None = None
    """The epoch of ``inspected`` whose weights are to be tested instead."""


class TrainingEvent(Message):
    """One event of a training run."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class JobBegan(Message):
    """A job left the queue and its runs have their ids."""

    def __init__(self, job: Job, members: tuple[Member, ...]) -> None:
        super().__init__()
        self.job = job
        self.members = members


class JobEnded(Message):
    """All runs of a job have ended, whatever the reason."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job


class NotInspected(Message):
    """A run cannot be looked into, or tested as it was after an epoch."""

    def __init__(self, run: str, reason: str, epoch: int | None = None) -> None:
        super().__init__()
        self.epoch = epoch
        self.run = run
        self.reason = reason


class HandedOver(Message):
    """A background process goes on with these runs."""

    def __init__(self, runs: tuple[str, ...], pid: int) -> None:
        super().__init__()
        self.runs = runs
        self.pid = pid


class Paused(Message):
    """The trainer waits, after one epoch or one batch was asked for."""
