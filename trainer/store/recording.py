"""The writing side of the store: runs are claimed, their events recorded, their ends told."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from trainer.atomic import write_aside
from trainer.config import RunConfig
from trainer.errors import StoreError
from trainer.events import Ended, Event, PassingEvent, Started, Status, event_line
from trainer.execution import FRESH, Member, Origin
from trainer.standing import Standing
from trainer.store.branching import rooted
from trainer.store.event_logs import EventLogs
from trainer.store.forking import shared_start
from trainer.store.ids import new_id
from trainer.store.origin import origin_file
from trainer.store.owner import OWNER, Ownership
from trainer.store.reading import list_runs


class RunWriter:
    """Writes the runs of one session into a RUNS folder."""

    def __init__(self, root: Path) -> None:
        """Nothing is touched until the first run."""
        self.root = root
        self._logs = EventLogs(root)
        self._live: dict[str, Standing] = {}
        self._owned = Ownership()
        self._begun: set[str] = set()
        """Runs that this session trained, if only for a moment."""
        self._newest: str | None = None

    def new_run(self, config: RunConfig, origin: Origin = FRESH) -> Member:
        """Claim a run id and write what the run begins with.

        Raises:
            StoreError: the folder cannot be written, or there is no such checkpoint to fork from.
            ForkError: the checkpoint is of another architecture, or leaves the config nothing to train.
        """
        origin = rooted(self.root, origin)
        if self._newest is None:
            self._newest = max(list_runs(self.root), default="")
        while True:
            run = self._next_id(config)
            try:
                return self._make(run, config, origin)
            except FileExistsError:
                continue
            except OSError as error:
                raise StoreError(f"{self._logs.unwritable(error)}; choose another with --runs DIR") from None

    def claim(self, config: RunConfig, origin: Origin = FRESH) -> tuple[Member, str]:
        """As ``new_run``, but where nothing can be written the run begins in memory; what the user should hear, once.

        Raises:
            StoreError: there is no such checkpoint to fork from.
            ForkError: as of ``new_run``.
        """
        try:
            return self.new_run(config, origin), ""
        except StoreError as error:
            run, origin = self._next_id(config), rooted(self.root, origin)
            start = shared_start(self.root, None, config, origin)  # refused again if that was the reason
            was, self._logs.in_trouble = self._logs.in_trouble, True
            told = "" if was else f"{error}. Runs go on in memory only, and are saved when it can be written."
            self._open(run, _files(config, origin))
            return Member(run, config, self.root / run, start, origin), told

    def _next_id(self, config: RunConfig) -> str:
        run = new_id(config.name, datetime.now(), self._newest or "")
        self._newest = max(run, self._newest or "")
        return run

    def _open(self, run: str, files: dict[str, bytes]) -> None:
        self._logs.open(run, files)
        if (self.root / run).is_dir():
            self._owned.take(run, self.root / run)

    def _make(self, run: str, config: RunConfig, origin: Origin) -> Member:
        folder, files = self.root / run, _files(config, origin)
        folder.mkdir(parents=True)
        try:
            for name, content in files.items():
                write_aside(folder / name, content)
            start = shared_start(self.root, folder, config, origin)
        except Exception:
            _remove(folder, files)
            raise
        self._open(run, files)
        return Member(run, config, folder, start, origin)

    def record(self, event: Event) -> str:
        """Append an event to its run, at once, or later when the disk does not take it now.

        What the user should hear of, each time it changes: that writing fails, that it works again, or that a run's
        folder vanished and was written anew; else "".

        Raises:
            StoreError: the run is neither new nor one of this folder.
        """
        self._owned.beat()
        if isinstance(event, PassingEvent):
            return self.write_waiting() if self._logs.is_sync_due else ""
        if isinstance(event, Started):
            self._begun.add(event.run)
            self._live.setdefault(event.run, Standing(event.config))
        if event.run in self._live:
            event = _with_what_was_done(event, self._live[event.run])
            self._live[event.run].apply(event)
        log = self._logs.of(event.run)
        log.append(event_line(event))
        if isinstance(event, Ended):
            log.ended = True
            self._live.pop(event.run, None)
            self._owned.release(event.run)
        return self._logs.bring_to_disk(round_over=self._is_last_of_its_stack(event))

    def _is_last_of_its_stack(self, event: Event) -> bool:
        """Whether all that train side by side have told of what this event tells."""
        standing = self._live.get(event.run)
        if standing is None or standing.started is None or event.run not in standing.started.beside:
            return True
        beside = standing.started.beside
        if isinstance(event, Started):
            return event.run == beside[-1]
        return event.run == next(run for run in reversed(beside) if run in self._live)

    def beat(self) -> None:
        """Tell other machines that this process lives; to be called every few seconds while no events come."""
        self._owned.beat()
        if self._logs.is_sync_due:
            self._logs.sync(round_over=True)  # what is refused is written again with the next event, and told then

    @property
    def stop_wanted(self) -> str | None:
        """The run that somebody who looks at the folder has asked to end, with what trains beside it; told once."""
        return self._owned.asked_to_stop(self._live)

    def hand_over(self) -> None:
        """Let go of all runs that are on disk as they are, so that another process can go on with them."""
        for run in self._logs.written:
            with suppress(OSError):  # from now on the record is the other's
                self._logs.of(run).sync()
            self._logs.take_out(run)
            self._live.pop(run, None)
            self._owned.release(run)

    def write_waiting(self) -> str:
        """Try again to write what waits; the answer as of ``record``."""
        return self._logs.bring_to_disk(round_over=True)

    @property
    def unsaved(self) -> tuple[str, ...]:
        """Runs of which something waits to be written."""
        return self._logs.unsaved

    def close_run(self, run: str, status: Status, message: str = "", *, keep: bool = False) -> Ended | None:
        """End a run that its consumer cut off; None when it has ended already, or never began.

        ``keep`` one that never began for a resume, as a member of a sweep that did; else nothing of it is left.
        """
        standing = self._live.get(run)
        if standing is None or run not in self._begun:
            self._let_go(run, keep=keep)
            return None
        ended = Ended(
            run=run, time=time.time(), status=status, epochs=standing.epochs_done,
            best_epoch=standing.best_epoch, test_loss=None, test_acc=None, message=message,
        )  # fmt: skip
        self.record(ended)
        return ended

    def refuse(self, run: str, message: str) -> None:
        """Record that a run could not even begin, for those who will look at it."""
        self.record(
            Ended(
                run=run, time=time.time(), status="failed", epochs=0, best_epoch=None, test_loss=None, test_acc=None,
                message=message,
            )
        )  # fmt: skip

    @property
    def has_begun(self) -> bool:
        """Whether this session trained a run, if only for a moment."""
        return bool(self._begun)

    def _let_go(self, run: str, *, keep: bool) -> None:
        """A new run that never began leaves no folder, unless it is kept; an old one is as it was."""
        log = self._logs.get(run)
        self._owned.release(run)
        if log is not None and not log.waiting:
            self._logs.take_out(run)
            self._live.pop(run, None)
            if log.empty and not keep:
                _remove(log.folder, log.files)


def _with_what_was_done(event: Event, standing: Standing) -> Event:
    """The end of a run whose process died: who tells of it does not know how far it was."""
    if not isinstance(event, Ended) or event.status != "failed" or event.epochs:
        return event
    return event.model_copy(update={"epochs": standing.epochs_done, "best_epoch": standing.best_epoch})


def _files(config: RunConfig, origin: Origin) -> dict[str, bytes]:
    """What a run's folder holds from the beginning."""
    files = {"config.json": (config.model_dump_json(indent=2) + "\n").encode()}
    return files if origin == FRESH else {**files, "origin.json": origin_file(origin)}


def _remove(folder: Path, files: Mapping[str, bytes]) -> None:
    """Take away a folder in which nothing has happened; what somebody else put there stays."""
    with suppress(OSError):
        for name in (*files, OWNER):
            (folder / name).unlink(missing_ok=True)
        for checkpoint in (folder / "checkpoints").glob("*.safetensors"):
            checkpoint.unlink()
        if (folder / "checkpoints").exists():
            (folder / "checkpoints").rmdir()
        folder.rmdir()
