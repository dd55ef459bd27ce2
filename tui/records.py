"""The runs that are on record: deleted and brought back, named, shown, read, and compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trainer.config.properties import difference
from trainer.errors import RegtuiError, StoreError
from trainer.history import RunHistory
from trainer.store import RunStore
from trainer.store.notes import Notes
from tui.harmless import harmless
from tui.notices import Notices
from tui.run_entry import RunEntry
from tui.runs import Runs

CURVES_KEPT = 20
"""Deleted runs that keep their curves in memory: those of older ones are read again, should they come back."""


class Records:
    """Only the UI thread calls it, ``whole`` aside."""

    def __init__(self, store: RunStore, runs: Runs, notices: Notices) -> None:
        self._store = store
        self._runs = runs
        self._notices = notices
        self._undo: list[Callable[[], RunEntry | None]] = []
        """What takes back each thing that was done, the newest last; None where it cannot be."""
        self._deleted: list[RunEntry] = []
        """Those that keep their curves, the newest last."""

    def delete(self, entry: RunEntry) -> None:
        """Take a run off the table and the disk, so that ``undelete`` brings it back."""
        if entry.state in ("training", "elsewhere"):
            self._notices.refuse(f"{harmless(entry.name)} still trains: stop it first (s).")
            return
        is_on_disk = entry.run not in self._store.unsaved
        try:
            self._store.delete(entry.run)
        except RegtuiError as error:
            self._notices.refuse(str(error))
            return
        place, baseline = self._runs.place(entry), self._runs.baseline is entry
        self._undo.append(lambda: self._restore(entry, place, baseline=baseline))
        self._runs.remove(entry)
        if is_on_disk:
            self._deleted.append(entry)
        for old in self._deleted[:-CURVES_KEPT]:
            old.forget_curve()
            self._deleted.remove(old)
        self._notices.say(f"Deleted {harmless(entry.name)}: u brings it back.")

    def remember(self, back: Callable[[], RunEntry | None]) -> None:
        """That ``back`` takes back what was done last; the run that it is about, if any."""
        self._undo.append(back)

    def undo(self) -> RunEntry | None:
        """Take back what was done last; the run that it was done to, if any."""
        if not self._undo:
            self._notices.refuse("Nothing to take back: no run was deleted or renamed, no config replaced.")
            return None
        back = self._undo.pop()
        try:
            return back()
        except RegtuiError as error:
            self._notices.refuse(str(error))
            return None

    def _restore(self, entry: RunEntry, place: int, *, baseline: bool) -> RunEntry:
        self._store.restore(entry.run)
        self._runs.put_back(entry, place)
        if entry in self._deleted:
            self._deleted.remove(entry)
        elif not entry.history.whole:
            entry.history = self._store.header(entry.run)
            self.show(entry, entry.shown)
        if baseline and self._runs.baseline is None:
            self.set_baseline(entry)
        self._notices.say(f"{harmless(entry.name)} is back.")
        return entry

    def annotate(self, entry: RunEntry, **changes: object) -> None:
        """Rename, tag, pin or hide a run, so that ``undo`` takes it back.

        Raises:
            StoreError: a value is not allowed, or it cannot be kept.
        """
        before = entry.notes
        self._note(entry, changes)
        self._undo.append(lambda: self._note(entry, before.model_dump()))

    def _note(self, entry: RunEntry, changes: dict[str, object]) -> RunEntry:
        if not entry.run:
            raise StoreError(f"{harmless(entry.name)} waits for its turn: it has no folder yet")
        entry.notes = self._store.annotate(entry.run, **changes)
        self._runs.version += 1
        return entry

    def noted(self, notes: Mapping[str, Notes]) -> None:
        """Notes from disk, by run id."""
        for run, found in notes.items():
            if entry := self._runs.of(run):
                entry.notes = found
        self._runs.version += 1

    def show(self, entry: RunEntry, shown: bool) -> None:
        """Draw the curves of a run, or not."""
        if not shown or self.read_whole(entry):
            self._runs.show(entry, shown)

    def group_of(self, entry: RunEntry) -> tuple[RunEntry, ...]:
        """The sweep of a run, or else all runs of the same settings."""
        mates = self._runs.mates(entry)
        return mates if len(mates) > 1 else tuple(e for e in self._runs if not difference(e.config, entry.config))

    def whole(self, entry: RunEntry) -> RunHistory | None:
        """A run with its curve, from disk if need be; None when it cannot be read. From any thread."""
        if entry.history.whole:
            return entry.history
        try:
            return self._store.history(entry.run)
        except RegtuiError as error:
            self._notices.refuse(str(error))
            return None

    def read_whole(self, entry: RunEntry) -> bool:
        """Read the curve of a run of which only the header was; whether all of it is there now."""
        if (history := self.whole(entry)) is not None:
            self.adopt(entry, history)
        return entry.history.whole

    def adopt(self, entry: RunEntry, history: RunHistory) -> None:
        """Have the whole of a run of which only the header was; what was seen of its checkpoints stays known."""
        before = entry.history
        if before.whole or before.run != history.run:
            return
        for seen in (before.insight, *before.tested.values()):
            if seen is not None:
                history.apply(seen)
        entry.history = history

    def set_baseline(self, entry: RunEntry) -> None:
        """Compare the others with this run; chosen twice, with none."""
        self._runs.baseline = None if self._runs.baseline is entry else entry
        self._runs.version += 1

    def compared(self, chosen: RunEntry | None) -> tuple[RunEntry, ...]:
        """The baseline first, then every run whose curves are shown, the selected one included."""
        first = [self._runs.baseline] if self._runs.baseline else []
        others = [e for e in self._runs.shown if e.history.epochs]
        if chosen is not None and chosen.history.epochs and chosen not in others:
            others.append(chosen)
        return tuple(dict.fromkeys([*first, *others]))
