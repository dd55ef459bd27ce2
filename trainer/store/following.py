"""Follow a run that another process trains: read what it appends, as it comes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from trainer.errors import FileError
from trainer.events import Event, parse_event
from trainer.history import RunHistory
from trainer.store.owner import Owner, owner_of
from trainer.untrusted import open_regular

LARGEST_BITE = 1 << 20
"""Bytes that one look takes at most; the rest comes with the next."""
State = Literal["training", "over", "interrupted"]


class Follower:
    """One run, as its file tells it; ``history`` grows with each ``update``."""

    def __init__(self, folder: Path, history: RunHistory) -> None:
        """``history``: the run as it is known; what its file says of it again changes nothing."""
        self.history = history
        self._folder = folder
        self._offset, self._inode = 0, 0

    def update(self) -> tuple[Event, ...]:
        """What is new, already applied to the history; never blocks, and never raises for what the file holds."""
        events = []
        for line in self._lines():
            try:
                event = parse_event(line).model_copy(update={"run": self._folder.name})
            except ValidationError:
                continue
            self.history.apply(event)
            events.append(event)
        return tuple(events)

    def _lines(self) -> list[bytes]:
        try:
            with open_regular(self._folder / "events.jsonl") as file:
                found = os.fstat(file.fileno())
                if found.st_ino != self._inode or found.st_size < self._offset:  # written anew
                    self._offset, self._inode = 0, found.st_ino
                file.seek(self._offset)
                content = file.read(LARGEST_BITE)
        except (OSError, FileError):
            return []
        whole = content[: content.rfind(b"\n") + 1]
        if not whole and len(content) == LARGEST_BITE:  # no event is that long
            whole = content
        self._offset += len(whole)
        return whole.splitlines()

    @property
    def owner(self) -> Owner | None:
        """The living process that trains it; None when it is over, or was cut off."""
        return owner_of(self._folder)

    @property
    def state(self) -> State:
        """Training somewhere, over, or cut off: then it can be resumed."""
        if self.owner is not None:
            return "training"
        return "over" if self.history.ended is not None else "interrupted"

    @property
    def is_cut_off(self) -> bool:
        """Whether its process is gone in the middle of it, not before it began."""
        return self.state == "interrupted" and self.history.started is not None
