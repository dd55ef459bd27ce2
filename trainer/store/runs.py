"""Runs on disk: a folder each, its config and its events as JSON lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from trainer.config import RunConfig
from trainer.errors import FileError, StoreError
from trainer.events import Ended, Event, Preparing, Progress, Started, Status, event_line
from trainer.execution import Member
from trainer.history import RunHistory
from trainer.store.event_log import EventLog, write_aside
from trainer.store.headers import read_header
from trainer.store.ids import checked, is_id, new_id
from trainer.store.notes import Notes, changed_notes, read_notes, write_notes
from trainer.store.reading import read_history

TRASH = ".trash"


@dataclass(frozen=True)
class BrokenRun:
    """A folder in RUNS that is not a run that can be read."""

    run: str
    reason: str


class RunStore:
    """One RUNS folder; several sessions may share it."""

    def __init__(self, root: Path) -> None:
        """Nothing is touched until the first run."""
        self.root = root
        self._logs: dict[str, EventLog] = {}
        self._live: dict[str, RunHistory] = {}
        self._set_aside: dict[str, EventLog] = {}
        self._newest: str | None = None
        self._in_trouble = False

    def new_run(self, config: RunConfig) -> Member:
        """Claim a run id and write its config.

        Raises:
            StoreError: the folder cannot be written.
        """
        if self._newest is None:
            self._newest = max(self.run_ids(), default="")
        content = _config_file(config)
        while True:
            run = self._next_id(config)
            try:
                self._make(run, content)
            except FileExistsError:
                continue
            except OSError as error:
                raise StoreError(f"{self._unwritable(error)}; choose another with --runs DIR") from None
            return self._member(run, config, content)

    def claim(self, config: RunConfig) -> tuple[Member, str]:
        """As ``new_run``, but a run that cannot be written begins in memory; what the user should hear of, once."""
        try:
            return self.new_run(config), ""
        except StoreError as error:
            was, self._in_trouble = self._in_trouble, True
            told = "" if was else f"{error}. Runs go on in memory only, and are saved when it can be written."
            return self._member(self._next_id(config), config, _config_file(config)), told

    def _next_id(self, config: RunConfig) -> str:
        return new_id(config.name, datetime.now(), self._newest or "")

    def _member(self, run: str, config: RunConfig, content: bytes) -> Member:
        self._newest = max(run, self._newest or "")
        self._logs[run] = EventLog(self.root / run, content)
        return Member(run, config, self.root / run)

    def _make(self, run: str, config: bytes) -> None:
        folder = self.root / run
        folder.mkdir(parents=True)
        try:
            write_aside(folder / "config.json", config)
        except OSError:
            folder.rmdir()
            raise

    def record(self, event: Event) -> str:
        """Append an event to its run, at once, or later when the disk does not take it now.

        What the user should hear of, each time it changes: that writing fails, that it works again, or that a run's
        folder vanished and was written anew; else "".

        Raises:
            StoreError: the run is neither new nor one of this folder.
        """
        if isinstance(event, Preparing | Progress):
            return ""
        if isinstance(event, Started):
            self._live[event.run] = RunHistory(event.run, event.config)
        if event.run in self._live:
            self._live[event.run].apply(event)
        log = self._logs.get(event.run) or self._reopened(event.run)
        log.append(event_line(event))
        if isinstance(event, Ended):
            log.ended = True
            self._live.pop(event.run, None)
        return self.write_waiting()

    def _reopened(self, run: str) -> EventLog:
        try:
            log = self._logs[run] = EventLog.of_existing(self.root / checked(run))
        except FileError as error:
            raise StoreError(str(error)) from None
        except OSError as error:
            raise StoreError(f"run {run}: cannot be read ({error.strerror})") from None
        return log

    def write_waiting(self) -> str:
        """Try again to write what waits; the answer as of ``record``."""
        trouble, anew = None, []
        for run, log in list(self._logs.items()):
            try:
                if log.waiting and log.write():
                    anew.append(run)
                if log.ended:
                    log.close()
                    del self._logs[run]
            except OSError as error:
                trouble = error
        was, self._in_trouble = self._in_trouble, trouble is not None
        if trouble is not None:
            told = f"{self._unwritable(trouble)}. Runs go on in memory only, and are saved when it can be written."
            return "" if was else told
        if was:
            return f"runs folder {self.root}: can be written again, and nothing is missing."
        return f"run {anew[0]}: its folder was gone, and is written anew." if anew else ""

    @property
    def unsaved(self) -> tuple[str, ...]:
        """Runs of which something waits to be written."""
        return tuple(run for run, log in self._logs.items() if log.waiting)

    def _unwritable(self, error: OSError) -> str:
        return f"runs folder {self.root}: cannot be written ({error.strerror})"

    def close_run(self, run: str, status: Status, message: str = "") -> Ended | None:
        """End a run that its consumer cut off; None when it has ended already, or never began and leaves nothing."""
        history = self._live.get(run)
        if history is None:
            self._forget(run)
            return None
        best = history.best
        ended = Ended(
            run=run, time=time.time(), status=status, epochs=len(history.epochs),
            best_epoch=best.epoch if best else None, test_loss=None, test_acc=None, message=message,
        )  # fmt: skip
        self.record(ended)
        return ended

    def _forget(self, run: str) -> None:
        """A run that was claimed and never began leaves no folder."""
        log = self._logs.get(run)
        if log is not None and log.empty:
            del self._logs[run]
            with suppress(OSError):
                (log.folder / "config.json").unlink(missing_ok=True)
                log.folder.rmdir()

    def run_ids(self) -> tuple[str, ...]:
        """All runs, oldest first; links are left out, for they may lead anywhere.

        Raises:
            StoreError: the folder cannot be read.
        """
        try:
            found = [p.name for p in self.root.iterdir() if is_id(p.name) and _is_run(p)]
        except FileNotFoundError:
            return ()
        except OSError as error:
            told = f"runs folder {self.root}: cannot be read ({error.strerror}); choose another with --runs DIR"
            raise StoreError(told) from None
        return tuple(sorted(found))

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

    def delete(self, run: str) -> None:
        """Move a run aside, where ``restore`` finds it.

        Raises:
            StoreError: it cannot be moved.
        """
        source, trash = self.root / checked(run), self.root / TRASH / run
        log = self._logs.pop(run, None)
        if log is not None:  # it ended, and waits to be written
            log.close()
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
            self._logs[run] = log

    def _move(self, source: Path, target: Path) -> None:
        try:
            target.parent.mkdir(exist_ok=True)
            source.rename(target)
        except OSError as error:
            raise StoreError(f"{source}: cannot be moved ({error.strerror})") from None


def _config_file(config: RunConfig) -> bytes:
    return (config.model_dump_json(indent=2) + "\n").encode()


def _is_run(path: Path) -> bool:
    if path.is_symlink():
        return False
    return (path / "config.json").is_file() or (path / "events.jsonl").is_file()


def summary(history: RunHistory) -> dict[str, object]:
    """A run in a few figures, as ``regtui runs --json`` prints it."""
    last = history.last
    return {
        "run": history.run,
        "name": history.config.name,
        "status": history.status or "unfinished",
        "epochs": len(history.epochs),
        "val_acc": last.val_acc if last else None,
        "val_loss": last.val_loss if last else None,
        "gap": last.gap if last else None,
        "test_acc": history.ended.test_acc if history.ended else None,
    }
