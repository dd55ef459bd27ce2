"""Runs that other processes train into the same folder: found, followed from their files, and let go, in a thread."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import Event as Flag
from threading import Lock, Thread
from time import monotonic, thread_time
from typing import Protocol

from textual.message import Message

from trainer.errors import StoreError
from trainer.events import Event
from trainer.history import RunHistory
from trainer.store.following import Follower
from trainer.store.owner import Owner
from tui.harmless import harmless
from tui.jobs import TrainingEvent

LOOK_SECONDS = 0.5
SEARCH_SECONDS, LONGEST_WAIT = 3.0, 30.0
"""Between two looks for runs that others began or went on with: the more runs there are, the longer."""
SEARCH_SHARE = 0.005
"""Of a core, that these looks may take."""
AT_ONCE = 400
"""Runs known already that such a look asks for, at most."""
PATIENCE = 60.0
"""Seconds in which a background process must have begun: PyTorch is slow to import from a cold disk."""


class SharedRuns(Protocol):
    """The part of the store that following needs."""

    def run_ids(self) -> tuple[str, ...]:
        """All runs."""

    def trains_elsewhere(self, run: str) -> bool:
        """Whether another process trains it."""

    def follow(self, run: str) -> Follower:
        """A run that another process trains."""


class Followed(Message):
    """A run is followed from now on; the history is the receiver's."""

    def __init__(self, history: RunHistory, owner: Owner | None) -> None:
        super().__init__()
        self.history = history
        self.owner = owner


class LetGo(Message):
    """Nobody trains a run any more; ``owner`` did last."""

    def __init__(self, run: str, owner: Owner | None, *, cut_off: bool) -> None:
        super().__init__()
        self.run = run
        self.owner = owner
        self.cut_off = cut_off


@dataclass
class _Trail:
    follower: Follower
    owner: Owner | None
    until: float
    """Until when its process may be missing: it has yet to begin."""


class Following:
    """One thread; what it finds out is posted, and no key ever waits for a slow disk."""

    def __init__(self, store: SharedRuns, post: Callable[[Message], object]) -> None:
        self._store = store
        self._post = post
        self._lock = Lock()
        self._wanted: dict[str, float] = {}
        self._known: set[str] = set()
        self._trails: dict[str, _Trail] = {}
        self._turn = 0
        self._closed = Flag()

    def start(self, known: Iterable[str]) -> None:
        """Begin; runs that are known already are no news."""
        self._known.update(known)
        Thread(target=self._work, name="following", daemon=True).start()

    def follow(self, run: str, patience: float = 0.0) -> None:
        """Follow a run, whose process may need some seconds until it begins."""
        with self._lock:
            self._wanted[run] = monotonic() + patience

    def close(self) -> None:
        """End the thread."""
        self._closed.set()

    # Below: the thread.

    def _work(self) -> None:
        search = 0.0
        while not self._closed.wait(LOOK_SECONDS):
            if monotonic() >= search:
                began = thread_time()
                self._search()
                rest = (thread_time() - began) / SEARCH_SHARE
                search = monotonic() + min(max(SEARCH_SECONDS, rest), LONGEST_WAIT)
            with self._lock:
                wanted, self._wanted = self._wanted, {}
            for run, until in wanted.items():
                self._begin(run, until)
            for run, trail in list(self._trails.items()):
                self._look(run, trail)

    def _search(self) -> None:
        """Runs that other processes began or go on with; those of this one are theirs to tell."""
        try:
            there = set(self._store.run_ids())
        except StoreError:
            return  # the folder is gone for now: whoever writes there tells
        fresh, known = there - self._known, sorted(there & self._known - self._trails.keys())
        self._known |= fresh
        if len(known) > AT_ONCE:  # the newest each time, the others in turn
            first = self._turn % (len(known) - AT_ONCE // 2)
            self._turn = first + AT_ONCE // 2
            known = [*known[-AT_ONCE // 2 :], *known[first : first + AT_ONCE // 2]]
        for run in [*fresh, *known]:
            if run not in self._trails and self._store.trains_elsewhere(run):
                self._begin(run, 0.0)

    def _begin(self, run: str, until: float) -> None:
        try:
            follower = self._store.follow(run)
        except StoreError:
            self._known.discard(run)  # it has only just begun: look again
            return
        history = RunHistory(run, follower.history.config, origin=follower.history.origin)
        while events := follower.update():
            for event in events:
                history.apply(event)
        self._trails[run] = _Trail(follower, follower.owner, until)
        self._post(Followed(history, follower.owner))

    def _look(self, run: str, trail: _Trail) -> None:
        owner = trail.follower.owner  # before its last words are read
        events: tuple[Event, ...] = trail.follower.update()
        for event in events:
            self._post(TrainingEvent(event))
        if owner is not None:
            if owner != trail.owner:
                self._post(Followed(_copy(run, trail.follower), owner))
            trail.owner, trail.until = owner, 0.0
        elif not events and monotonic() >= trail.until:
            del self._trails[run]
            self._post(LetGo(run, trail.owner, cut_off=trail.follower.is_cut_off))


def named(owner: Owner | None) -> str:
    """``process 4711 on gpu-box``."""
    return f"process {owner.pid} on {harmless(owner.machine)}" if owner is not None else "the background process"


def whose(owner: Owner | None) -> str:
    """In few columns: ``pid 4711``, or the machine where that is."""
    if owner is None:
        return "elsewhere"
    return f"pid {owner.pid}" if owner.machine == socket.gethostname() else harmless(owner.machine)


def _copy(run: str, follower: Follower) -> RunHistory:
    """As the follower knows it: each side of the thread has a history of its own."""
    known = follower.history
    history = RunHistory(run, known.config, origin=known.origin)
    for event in filter(None, (known.started, *known.epochs, *known.dials, known.ended)):
        history.apply(event)
    return history
