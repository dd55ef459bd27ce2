"""All records that a session writes: what a disk refuses waits, and what it took is made to survive a power failure."""

from __future__ import annotations

import time
from pathlib import Path

from trainer.errors import FileError, StoreError
from trainer.store.event_log import EventLog
from trainer.store.ids import checked

SYNC_SHARE = 0.01
"""Of the time that passes, at most, for making the records of runs that train survive a power failure."""
RETRY_SECONDS = 1.0
"""Before a disk that dropped what it had taken is asked again, at least."""


class EventLogs:
    """The event logs of one session's runs, by run."""

    def __init__(self, root: Path) -> None:
        """None is open yet."""
        self.root = root
        self._logs: dict[str, EventLog] = {}
        self.in_trouble = False
        """Whether the user has heard that the disk refuses something."""
        self._sync_due = 0.0
        """When records may be made safe from a power failure again, on the monotonic clock."""

    def open(self, run: str, files: dict[str, bytes]) -> None:
        """Begin the record of a new run; ``files``: what else its folder holds."""
        self._logs[run] = EventLog(self.root / run, files)

    def reopen(self, run: str) -> EventLog:
        """Go on with a run that is on disk; its torn last line is cut off with the next event.

        Raises:
            StoreError: its files are not a run's.
        """
        try:
            log = self._logs[run] = EventLog.of_existing(self.root / checked(run))
        except FileError as error:
            raise StoreError(str(error)) from None
        except OSError as error:
            raise StoreError(f"run {run}: cannot be read ({error.strerror})") from None
        return log

    def of(self, run: str) -> EventLog:
        """The log of a run, which is open or on disk.

        Raises:
            StoreError: its files are not a run's.
        """
        return self._logs.get(run) or self.reopen(run)

    def get(self, run: str) -> EventLog | None:
        """The log of a run, if it is open."""
        return self._logs.get(run)

    def take_out(self, run: str) -> EventLog | None:
        """Close the log of a run, if it is open, and write no more of it."""
        log = self._logs.pop(run, None)
        if log is not None:
            log.close()
        return log

    def put_back(self, run: str, log: EventLog) -> None:
        """Go on with what was taken out."""
        self._logs[run] = log

    @property
    def written(self) -> tuple[str, ...]:
        """Runs whose record is on disk as it is."""
        return tuple(run for run, log in self._logs.items() if not log.waiting)

    @property
    def unsaved(self) -> tuple[str, ...]:
        """Runs of which something waits to be written."""
        return tuple(run for run, log in self._logs.items() if log.waiting)

    def bring_to_disk(self, *, round_over: bool) -> str:
        """Write all that waits; what the user should hear of, each time it changes, else "".

        ``round_over``: all that train side by side have told of what they tell now.
        """
        trouble, anew, due = None, [], time.monotonic() >= self._sync_due
        for run, log in list(self._logs.items()):
            try:
                if log.waiting and (due or not log.doubtful) and log.write():
                    anew.append(run)
            except OSError as error:
                trouble = error
        trouble = self.sync(round_over=round_over) or trouble
        if trouble is None and any(log.doubtful for log in self._logs.values()):
            return ""  # not known yet
        for run in [run for run, log in self._logs.items() if log.ended and not log.waiting]:
            self.take_out(run)
        was, self.in_trouble = self.in_trouble, trouble is not None
        if trouble is not None:
            told = f"{self.unwritable(trouble)}. Runs go on in memory only, and are saved when it can be written."
            return "" if was else told
        if was:
            return f"runs folder {self.root}: can be written again, and nothing is missing."
        return f"run {anew[0]}: its folder was gone, and is written anew." if anew else ""

    def unwritable(self, error: OSError) -> str:
        """That the runs folder refuses something."""
        return f"runs folder {self.root}: cannot be written ({error.strerror})"

    @property
    def is_sync_due(self) -> bool:
        """Whether it is time to make records safe, and there is something to be made so."""
        return time.monotonic() >= self._sync_due and any(log.unsafe for log in self._logs.values())

    def sync(self, *, round_over: bool) -> OSError | None:
        """Make records safe from a power failure: one that has ended at once, all others if it is time.

        Between two times a hundred times as long as it took passes: each epoch of a tenth of a second is made safe
        before the next ends, of toy sets some a second. What is lost of those is trained again by a resume. It waits
        until the last member of a stack has told of its epoch (``round_over``), so as to take all of them along.

        Returns:
            what went wrong.
        """
        began, trouble = time.monotonic(), None
        all_due = round_over and began >= self._sync_due
        for log in self._logs.values():
            if not all_due and not log.ended:
                continue
            try:
                log.sync()
            except OSError as error:
                trouble = error
        now = time.monotonic()
        if all_due or trouble:
            self._sync_due = now + max((now - began) / SYNC_SHARE, RETRY_SECONDS if trouble else 0.0)
        return trouble
