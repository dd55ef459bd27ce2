"""Runs on disk: a folder each, its config and its events as JSON lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainer.errors import StoreError
from trainer.events import Epoch
from trainer.execution import Member
from trainer.history import RunHistory
from trainer.standing import Standing
from trainer.store.checkpoints import kept_epochs
from trainer.store.event_log import EventLog
from trainer.store.following import Follower
from trainer.store.forking import trunk_of
from trainer.store.headers import read_header
from trainer.store.ids import checked
from trainer.store.looking import newest_state, state_after
from trainer.store.notes import Notes, changed_notes, read_notes, write_notes
from trainer.store.owner import Owner, ask_to_stop, ourselves, owner_of
from trainer.store.reading import list_runs, read_history
from trainer.store.recording import RunWriter
from trainer.store.resuming import resumable, together

TRASH = ".trash"


@dataclass(frozen=True)
class BrokenRun:
    """A folder in RUNS that is not a run that can be read."""

    run: str
    reason: str


class RunStore(RunWriter):
    """One RUNS folder; several sessions may share it."""

    def __init__(self, root: Path) -> None:
        """Nothing is touched until the first run."""
        super().__init__(root)
        self._set_aside: dict[str, EventLog] = {}

    def run_ids(self) -> tuple[str, ...]:
        """All runs, oldest first; links are left out, for they may lead anywhere.

        Raises:
            StoreError: the folder cannot be read.
        """
        return list_runs(self.root)

    def history(self, run: str) -> RunHistory:
        """Replay a run; a torn last line is left out, and ``damage`` tells what else could not be read.

        Raises:
            StoreError: there is no such run, or nothing of it can be read.
        """
        return read_history(self.root / checked(run))

    def histories(self) -> Iterator[RunHistory | BrokenRun]:
        """All runs, oldest first, each read when its turn comes."""
        return self._each(self.history)

    def header(self, run: str) -> RunHistory:
        """All of a run but its curve (``whole`` is False), or the whole where that is not much more to read.

        Raises:
            StoreError: there is no such run, or nothing of it can be read.
        """
        return read_header(self.root / checked(run))

    def headers(self) -> Iterator[RunHistory | BrokenRun]:
        """All runs without their curves, oldest first, each read when its turn comes."""
        return self._each(self.header)

    def _each(self, read: Callable[[str], RunHistory]) -> Iterator[RunHistory | BrokenRun]:
        for run in self.run_ids():
            try:
                yield read(run)
            except StoreError as error:
                yield BrokenRun(run, str(error))

    def notes(self, run: str) -> tuple[Notes, str]:
        """What the user says about a run, and what was wrong with the file that holds it; no notes then."""
        return read_notes(self.root / checked(run))

    def annotate(self, run: str, **changes: object) -> Notes:
        """Change some of a run's notes, such as ``name="the good one"`` or ``pinned=True``; all of them then.

        Raises:
            StoreError: a value is not allowed, or the notes cannot be written.
        """
        notes = changed_notes(self.notes(run)[0], **changes)
        write_notes(self.root / run, notes)
        return notes

    def trunk(self, history: RunHistory) -> tuple[Epoch, ...]:
        """The epochs before a fork's first, of its parent and of that one's parents, oldest first."""
        return trunk_of(history, self.history)

    def fork_epochs(self, run: str) -> tuple[int, ...]:
        """The epochs at whose end a run can be forked: those of which it has a checkpoint."""
        return kept_epochs(self.root / checked(run))

    def newest_state(self, run: str) -> Member:
        """What it takes to look into a run as its newest checkpoint holds it.

        Raises:
            StoreError: it has none.
        """
        return newest_state(self.root, run)

    def state_after(self, run: str, epoch: int) -> Member:
        """What it takes to test a run as it was after an epoch, which may have left no checkpoint.

        Raises:
            StoreError: there is no such epoch, or the run cannot be read.
        """
        return state_after(self.root, run, epoch)

    def resume(self, runs: Sequence[str]) -> list[Member]:
        """What it takes to go on with runs that were cut off, from their latest checkpoints, in the same records.

        Raises:
            StoreError: a run is over, trains in another process, or cannot be read.
        """
        members = resumable(self.root, runs)
        for member in members:
            self._refuse_if_owned(member.run, "wait for it, or stop it first")
        for member in members:
            self._logs.reopen(member.run)
            self._owned.take(member.run, self.root / member.run)
            self._live[member.run] = Standing.of(self.history(member.run))
        return members

    def together(self, run: str) -> tuple[str, ...]:
        """All that goes on with a run: what trained side by side with it, then what of its sweep has not begun.

        Resumed side by side they give the bits of an undisturbed training; alone, its figures within float rounding.

        Raises:
            StoreError: there is no such run, or it is over and all of its sweep has begun.
        """
        return together(self.root, run)

    def owner(self, run: str) -> Owner | None:
        """The living process that trains a run, this one or another; None when it is over or was cut off."""
        return owner_of(self.root / checked(run))

    def trains_elsewhere(self, run: str) -> bool:
        """Whether another process trains it."""
        owner = self.owner(run)
        return owner is not None and owner != ourselves()

    def follow(self, run: str) -> Follower:
        """A run that another process trains, as it grows.

        Raises:
            StoreError: there is no such run, or nothing of it can be read.
        """
        return Follower(self.root / checked(run), self.history(run))

    def request_stop(self, run: str) -> None:
        """Ask the process that trains a run to end it, with all that trains beside it; it looks twice a second.

        Raises:
            StoreError: nobody trains it, or the request cannot be written.
        """
        if self.owner(run) is None:
            raise StoreError(f"run {run}: nobody trains it")
        try:
            ask_to_stop(self.root / run)
        except OSError as error:
            raise StoreError(f"run {run}: cannot be asked to stop ({error.strerror})") from None

    def _refuse_if_owned(self, run: str, cure: str) -> None:
        owner = self.owner(run)
        if owner is not None and owner != ourselves():
            raise StoreError(f"run {run}: is trained by process {owner.pid} on {owner.machine}; {cure}")

    def delete(self, run: str) -> None:
        """Move a run aside, where ``restore`` finds it.

        Raises:
            StoreError: it cannot be moved.
        """
        source, trash = self.root / checked(run), self.root / TRASH / run
        self._refuse_if_owned(run, "stop it first")
        log = self._logs.take_out(run)
        if log is not None:  # it ended, and waits to be written
            self._set_aside[run] = log
        if not source.exists():
            return
        if trash.exists():  # deleted once before, under the same name
            self._move(trash, trash.with_name(f"{run}.{time.time_ns()}"))
        self._move(source, trash)

    def restore(self, run: str) -> None:
        """Undo ``delete``.

        Raises:
            StoreError: it cannot be moved back.
        """
        log = self._set_aside.pop(run, None)
        trash = self.root / TRASH / checked(run)
        if trash.exists():
            self._move(trash, self.root / run)
        if log is not None:
            self._logs.put_back(run, log)

    def _move(self, source: Path, target: Path) -> None:
        try:
            target.parent.mkdir(exist_ok=True)
            source.rename(target)
        except OSError as error:
            raise StoreError(f"{source}: cannot be moved ({error.strerror})") from None
