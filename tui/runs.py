"""All runs on screen: what the table lists and the charts draw. Only the UI thread touches them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from math import inf

from trainer.config import RunConfig
from trainer.events import Ended, Event, PassingEvent, Started
from trainer.execution import FRESH, Member, Origin
from trainer.history import RunHistory
from trainer.store.owner import Owner
from tui.charts.pool import Seen
from tui.run_entry import RunEntry, State

LARGEST_PICTURE = 256
"""Curves of one sweep that are shown at first."""
COLOURS = 8
"""Colours that a run can have, before they repeat."""


class Runs:
    """All runs of this session and those found on disk, newest first."""

    def __init__(self) -> None:
        self._entries: list[RunEntry] = []
        self._by_run: dict[str, RunEntry] = {}
        self._by_key: dict[int, RunEntry] = {}
        self._keys = count(1)
        self.baseline: RunEntry | None = None
        """The run that others are compared with; None compares with the first config of all."""
        self.version = 0
        """Grows with everything that changes the table or the curves."""
        self._by_state: tuple[int, Mapping[State, tuple[RunEntry, ...]]] = (-1, {})
        """Rows in each state, and for which version that holds."""

    def __iter__(self) -> Iterator[RunEntry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> RunEntry:
        return self._entries[index]

    def entry(self, key: int) -> RunEntry | None:
        """The row with this key."""
        return self._by_key.get(key)

    def of(self, run: str) -> RunEntry | None:
        """The row of a run id."""
        return self._by_run.get(run)

    def of_run(self, run: str) -> RunEntry | None:
        """The row of the run with this id."""
        return self._by_run.get(run)

    def place(self, entry: RunEntry | None) -> int:
        """Where the row stands, 0 when it is gone."""
        return next((i for i, e in enumerate(self._entries) if e is entry), 0)

    @property
    def shown(self) -> tuple[RunEntry, ...]:
        """Rows whose curves are drawn, oldest first, so that colours and legend keep their order."""
        return tuple(sorted((e for e in self._entries if e.shown), key=lambda e: (*began(e.history), e.key)))

    @property
    def training(self) -> tuple[RunEntry, ...]:
        """Rows that train in this process."""
        return self._in("training")

    @property
    def queued(self) -> tuple[RunEntry, ...]:
        """Rows that wait for their turn."""
        return self._in("queued")

    @property
    def busy(self) -> bool:
        """Whether something trains here, or waits for its turn."""
        return bool(self.training or self.queued)

    def _in(self, state: State) -> tuple[RunEntry, ...]:
        """Asked for with every redraw: thousands of rows are gone through only when something has changed."""
        if self._by_state[0] != self.version:
            found: dict[State, list[RunEntry]] = {}
            for entry in self._entries:
                found.setdefault(entry.state, []).append(entry)
            self._by_state = self.version, {kind: tuple(entries) for kind, entries in found.items()}
        return self._by_state[1].get(state, ())

    def mates(self, entry: RunEntry) -> tuple[RunEntry, ...]:
        """The sweep that a run was trained for, itself included, as the record has it; none for other runs."""
        if entry.membership is None:
            return ()
        sweep = entry.membership.sweep
        return tuple(e for e in self._entries if e.membership is not None and e.membership.sweep == sweep)

    def ablated(self, entry: RunEntry) -> RunConfig | None:
        """The config that the ladder of a run takes apart; None for another run, or when the whole one is gone."""
        if entry.membership is None or entry.membership.without is None:
            return None
        return next((e.config for e in self.mates(entry) if e.membership and e.membership.without == ()), None)

    def queue(self, configs: Sequence[RunConfig], origins: Sequence[Origin] = ()) -> tuple[RunEntry, ...]:
        """New rows at the top for runs that will train together, perhaps as members of a sweep."""
        entries: list[RunEntry] = []
        for i, (config, origin) in enumerate(zip(configs, origins or (FRESH,) * len(configs), strict=True)):
            shown, colour = i < LARGEST_PICTURE, self._colour(entries)
            entries.append(RunEntry(next(self._keys), RunHistory("", config, origin=origin), "queued", shown, colour))
        self._entries[0:0] = entries
        self._by_key |= {entry.key: entry for entry in entries}
        self.version += 1
        return tuple(entries)

    def queue_again(self, entries: Iterable[RunEntry]) -> None:
        """Rows of runs that were cut off wait to go on."""
        for entry in entries:
            entry.state = "queued"
            self.show(entry, True)

    def queue_anew(self, entries: Iterable[RunEntry]) -> None:
        """Rows of which nothing is on disk, as nothing of their job had begun, wait for it again; they get new ids."""
        again = tuple(entries)
        for entry in again:
            self._by_run.pop(entry.run, None)
            entry.history = RunHistory("", entry.config, origin=entry.origin)
        self.queue_again(again)

    def settle(self, keys: Iterable[int]) -> None:
        """Nothing trains these rows any more; those that never became a run go."""
        for entry in [e for e in map(self.entry, keys) if e is not None and e.state in ("queued", "training")]:
            if entry.run:
                entry.state = "over"
            else:
                self.remove(entry)
        self.version += 1

    def begin(self, keys: Iterable[int], members: Iterable[Member]) -> None:
        """Queued rows get their ids and train."""
        for key, member in zip(keys, members, strict=True):
            entry, read = self.entry(key), self._by_run.get(member.run)
            if read is not None and read is not entry:
                self.remove(read)  # whoever reads the folder was faster
            if entry is not None:
                if read is not entry:  # else it goes on
                    entry.history = RunHistory(member.run, member.config, origin=entry.origin)
                entry.state = "training"
                self._by_run[member.run] = entry
        self.version += 1

    def apply(self, event: Event) -> None:
        """Take an event of a run into account; one of a run that is gone is ignored."""
        entry = self._by_run.get(event.run)
        if entry is None:
            return
        entry.history.apply(event)
        if isinstance(event, Ended):  # not its end before it went on, which is known until it has started again
            entry.state = "over"
        elif entry.state == "over" and isinstance(event, Started):  # followed through a restart
            entry.state = "elsewhere"
        if not isinstance(event, PassingEvent):
            self.version += 1

    def followed(self, history: RunHistory, owner: Owner | None) -> None:
        """A run that another process trains, as its file tells it."""
        entry = self._by_run.get(history.run)
        if entry is None:
            self.found(history, live=True)
            entry = self._by_run[history.run]
        if entry.state in ("over", "elsewhere"):
            entry.history, entry.state, entry.owner = history, "elsewhere", owner
        self.version += 1

    def let_go(self, run: str) -> RunEntry | None:
        """Nobody trains this run any more; its row, when it was followed."""
        entry = self._by_run.get(run)
        if entry is None or (entry.state != "elsewhere" and entry.owner is None):
            return None
        entry.state, entry.owner = "over" if entry.state == "elsewhere" else entry.state, None
        self.version += 1
        return entry

    def hand_over(self, runs: Iterable[str]) -> None:
        """Another process goes on with what trains here."""
        for entry in [e for e in map(self._by_run.get, runs) if e is not None]:
            entry.state = "elsewhere"
        self.version += 1

    def found(self, history: RunHistory, *, live: bool) -> None:
        """A run from disk, put in its place by age; of one listed already, only what another process does is news."""
        state: State = "elsewhere" if live else "over"
        entry = self._by_run.get(history.run)
        if entry is None:
            entry = RunEntry(next(self._keys), history, state, False, None)
            self._entries.insert(self._place_by_age(history.run), entry)
            self._by_run[history.run] = self._by_key[entry.key] = entry
        elif entry.state == "elsewhere":
            entry.history, entry.state = history, state
        self.version += 1

    def _place_by_age(self, run: str) -> int:
        """Before the first older run; at the end at once when it is the oldest, as runs from disk come."""
        if self._entries and self._entries[-1].run > run:
            return len(self._entries)
        return next((i for i, e in enumerate(self._entries) if e.run and e.run < run), len(self._entries))

    def remove(self, entry: RunEntry) -> None:
        """Take a row out of the table."""
        self._entries.remove(entry)
        self._by_run.pop(entry.run, None)
        self._by_key.pop(entry.key, None)
        if self.baseline is entry:
            self.baseline = None
        self.version += 1

    def put_back(self, entry: RunEntry, place: int) -> None:
        """Undo ``remove``."""
        self._entries.insert(place, entry)
        self._by_key[entry.key] = entry
        if entry.run:
            self._by_run[entry.run] = entry
        self.version += 1

    def show(self, entry: RunEntry, shown: bool) -> None:
        """Draw the curves of a run, or not."""
        if shown and entry.colour is None:
            entry.colour = self._colour(())
        entry.shown = shown
        self.version += 1

    def _colour(self, beside: Sequence[RunEntry]) -> int:
        """The colour that the fewest shown rows have; the first of those."""
        used = Counter(e.colour for e in (*self._entries, *beside) if e.shown)
        return min(range(COLOURS), key=lambda colour: (used[colour], colour))


def began(run: RunHistory | Seen) -> tuple[float, str]:
    """When a run began, and its id: ids of the same second are in no order. What has not begun yet comes last."""
    return run.started.time if run.started is not None else inf, run.run
