"""What the trainer thread does for the record: claims a job's runs, writes down and tells each event, ends them."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from textual.message import Message

from trainer.background import start_in_background
from trainer.config import RunConfig
from trainer.errors import RegtuiError
from trainer.events import Checkpoint, Ended, Error, Event, Status
from trainer.execution import FRESH, Execution, Member, Origin
from trainer.standing import Standing
from tui.jobs import HandedOver, Job, TrainingEvent
from tui.notices import Notice
from tui.protocols import RunRecorder


class Recording:
    """Of one job after another."""

    def __init__(self, store: RunRecorder, post: Callable[[Message], object]) -> None:
        self._store = store
        self._post = post
        self._standings: dict[str, Standing] = {}

    def tell(self, told: str) -> None:
        """Tell the user what the store says, if anything."""
        if told:
            self._post(Notice(told, "warning"))

    def members(self, job: Job) -> tuple[Member, ...]:
        """The job's runs: new ones, or those to go on with.

        Raises:
            RegtuiError: what the store refuses.
        """
        if job.resumed:
            members = tuple(self._store.resume(job.resumed))
            self._standings = {run: Standing.of(self._store.history(run)) for run in job.resumed}
            return members
        origins = job.origins or (FRESH,) * len(job.configs)
        members = tuple(self._claim(*pair) for pair in zip(job.configs, origins, strict=True))
        self._standings = {member.run: Standing(member.config) for member in members}
        return members

    def _claim(self, config: RunConfig, origin: Origin) -> Member:
        member, told = self._store.claim(config, origin)
        self.tell(told)
        return member

    def take(self, event: Event) -> None:
        """Write an event down, then tell of it."""
        self._standings[event.run].apply(event)
        self.tell(self._store.record(event))
        self._post(TrainingEvent(event))
        if isinstance(event, Checkpoint):
            self.tell(event.problem)
        if isinstance(event, Error):
            self._post(Notice(event.message, "error", event.details))

    def leave_to_another(self, execution: Execution) -> bool:
        """Start the background process that goes on; whether there is one."""
        runs = tuple(run for run, standing in self._standings.items() if not standing.ended)
        if not runs or any(run in runs for run in self._store.unsaved):
            return False
        self._store.hand_over()
        try:
            pid = start_in_background(self._store.root, runs, execution)
        except RegtuiError as error:
            self._post(Notice(str(error), "error"))
            return True  # they are on disk, and can be continued
        self._post(HandedOver(runs, pid))
        return True

    def end(self, status: Status, message: str, *, known: bool) -> None:
        """End what has not ended. Of a job that began, or was ``known`` before, what has not begun stays on record."""
        known |= any(standing.started for standing in self._standings.values())
        for run, standing in self._standings.items():
            if standing.ended is not None:
                continue
            ended = self._store.close_run(run, status, message, keep=known)
            if standing.started is not None or not known:
                self._post(TrainingEvent(ended or _ended(run, standing, status, message)))

    def put_aside(self, job: Job) -> None:
        """What still waits when the session ends is for the next one, as runs that have not begun."""
        if job.inspected is None and not job.resumed:
            with suppress(RegtuiError):
                for member in self.members(job):
                    self._store.close_run(member.run, "interrupted", keep=True)


def _ended(run: str, standing: Standing, status: Status, message: str) -> Ended:
    return Ended(
        run=run,
        time=time.time(),
        status=status,
        epochs=standing.epochs_done,
        best_epoch=standing.best_epoch,
        test_loss=None,
        test_acc=None,
        message=message,
    )
