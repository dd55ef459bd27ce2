"""Runs on disk: a folder each, its config and its events as JSON lines."""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from pydantic import ValidationError

from trainer.config import RunConfig
from trainer.errors import StoreError
from trainer.events import Ended, Event, Preparing, Progress, Started, Status, event_line, parse_event
from trainer.execution import Member
from trainer.history import RunHistory

LARGEST_EVENTS = 1 << 28
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
        self._open: dict[str, FileIO] = {}
        self._live: dict[str, RunHistory] = {}

    def new_run(self, config: RunConfig) -> Member:
        """Claim a run id and write its config.

        Raises:
            StoreError: the folder cannot be written.
        """
        slug = re.sub(r"[^\w.-]+", "-", config.name).strip("-.")[:40] or "run"
        try:
            while True:
                run = f"{time.strftime('%Y%m%d-%H%M%S')}-{slug}-{secrets.token_hex(2)}"
                try:
                    (self.root / run).mkdir(parents=True)
                    break
                except FileExistsError:
                    continue
            _write_aside(self.root / run / "config.json", config.model_dump_json(indent=2) + "\n")
        except OSError as error:
            raise _unwritable(self.root, error) from None
        return Member(run, config)

    def record(self, event: Event) -> None:
        """Append a stored event to its run, at once.

        Raises:
            StoreError: it cannot be written; the run may go on without.
        """
        if isinstance(event, Preparing | Progress):
            return
        if isinstance(event, Started):
            self._live[event.run] = RunHistory(event.run, event.config)
        if event.run in self._live:
            self._live[event.run].apply(event)
        try:
            file = self._open.get(event.run)
            if file is None:
                file = self._open[event.run] = FileIO(self.root / event.run / "events.jsonl", "a")
            file.write(event_line(event).encode())
        except OSError as error:
            raise _unwritable(self.root, error) from None
        if isinstance(event, Ended):
            self._open.pop(event.run).close()
            self._live.pop(event.run, None)

    def close_run(self, run: str, status: Status, message: str = "") -> Ended | None:
        """End a run that its consumer cut off; None when it never began or has ended."""
        history = self._live.get(run)
        if history is None:
            return None
        best = history.best
        ended = Ended(
            run=run, time=time.time(), status=status, epochs=len(history.epochs),
            best_epoch=best.epoch if best else None, test_loss=None, test_acc=None, message=message,
        )  # fmt: skip
        self.record(ended)
        return ended

    def run_ids(self) -> tuple[str, ...]:
        """All runs, oldest first."""
        try:
            found = [p.name for p in self.root.iterdir() if (p / "config.json").is_file() and not p.is_symlink()]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StoreError(f"runs folder {self.root}: cannot be read ({error.strerror})") from None
        return tuple(sorted(name for name in found if not name.startswith(".")))

    def history(self, run: str) -> RunHistory:
        """Replay a run; a torn last line is left out.

        Raises:
            StoreError: there is no such run, or its files are not a run's.
        """
        folder = self.root / run
        try:
            config = RunConfig.model_validate_json((folder / "config.json").read_bytes())
            path = folder / "events.jsonl"
            if path.exists() and path.stat().st_size > LARGEST_EVENTS:
                raise StoreError(f"{path}: too large to be the events of a run")
            lines = path.read_bytes().split(b"\n") if path.exists() else [b""]
        except OSError as error:
            raise StoreError(f"run {run}: cannot be read ({error.strerror})") from None
        except ValidationError:
            raise StoreError(f"run {run}: its config.json is not the config of a run") from None
        history = RunHistory(run, config)
        for number, line in enumerate(lines[:-1], start=1):  # what follows the last newline is torn, or empty
            try:
                history.apply(parse_event(line))
            except ValidationError:
                raise StoreError(f"run {run}: events.jsonl, line {number}: not an event") from None
        return history

    def histories(self) -> Iterator[RunHistory | BrokenRun]:
        """All runs, oldest first, each read when its turn comes."""
        for run in self.run_ids():
            try:
                yield self.history(run)
            except StoreError as error:
                yield BrokenRun(run, str(error))

    def delete(self, run: str) -> None:
        """Move a run aside, where ``restore`` finds it.

        Raises:
            StoreError: it cannot be moved.
        """
        self._move(self.root / run, self.root / TRASH / run)

    def restore(self, run: str) -> None:
        """Undo ``delete``."""
        self._move(self.root / TRASH / run, self.root / run)

    def _move(self, source: Path, target: Path) -> None:
        try:
            target.parent.mkdir(exist_ok=True)
            source.rename(target)
        except OSError as error:
            raise StoreError(f"{source}: cannot be moved ({error.strerror})") from None


def _unwritable(root: Path, error: OSError) -> StoreError:
    return StoreError(f"runs folder {root}: cannot be written ({error.strerror}); choose another with --runs DIR")


def _write_aside(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(text, "utf-8")
    aside.replace(path)


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
