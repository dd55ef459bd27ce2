"""Runs that begin where another left off: continued, or forked at an epoch."""

from __future__ import annotations

from trainer.errors import ForkError, StoreError
from trainer.events import Epoch
from trainer.execution import Origin
from trainer.store import RunStore
from trainer.store.checkpoints import path_of, read_facts
from trainer.store.forking import check_fork
from tui.draft import Draft
from tui.runs import RunEntry, Runs


class Branches:
    """What is known of the places where runs begin. Only the UI thread calls it."""

    def __init__(self, store: RunStore, runs: Runs) -> None:
        self._store = store
        self._runs = runs
        self._roots: dict[str, Epoch | None] = {}

    def root(self, entry: RunEntry) -> Epoch | None:
        """The epoch of the parent whose end a fork starts from; None for other runs, and when it is not known."""
        if entry.parent is None or not entry.run:
            return None
        if entry.run not in self._roots:
            self._roots[entry.run] = self._find_root(entry, *entry.parent)
        return self._roots[entry.run]

    def _find_root(self, entry: RunEntry, parent: str, epoch: int) -> Epoch | None:
        known = self._runs.of_run(parent)
        epochs = known.history.epochs if known is not None and known.history.whole else self._store.trunk(entry.history)
        return next((e for e in reversed(epochs) if e.epoch == epoch), None)

    def parent_name(self, entry: RunEntry) -> str:
        """``overfit@7``; empty for a run that is no fork."""
        if entry.parent is None:
            return ""
        run, epoch = entry.parent
        known = self._runs.of_run(run)
        return f"{known.own if known is not None else run}@{epoch}"

    def continued(self, entry: RunEntry) -> tuple[RunEntry, ...]:
        """The rows that go on with this one: those that trained side by side with it and were cut off with it.

        Raises:
            StoreError: it is over, trains, or cannot be read.
        """
        if entry.state != "over" or not entry.run:
            raise StoreError(f"{entry.name} is not cut off: it {_DOES[entry.state]}")
        for run in (beside := self._store.beside(entry.run)):
            if self._runs.of_run(run) is None:
                self._runs.found(self._store.history(run), live=False)
        found = [self._runs.of_run(run) for run in beside]
        return tuple(e for e in found if e is not None and e.state == "over")

    def origin(self, entry: RunEntry, cursor: int | None, draft: Draft) -> Origin:
        """Where a fork of this run with the draft's configs starts: at the cursor, else at its last checkpoint.

        Raises:
            ForkError: there is no checkpoint, or a config cannot go on from it.
            ConfigError: the draft cannot run.
            StoreError: the checkpoint cannot be read.
        """
        kept = self._store.fork_epochs(entry.run) if entry.run else ()
        if not kept:
            raise ForkError(f"{entry.name} has no checkpoint that a fork could start from")
        epoch = kept[-1] if cursor is None else cursor
        if epoch not in kept:
            raise ForkError(
                f"{entry.name} has no checkpoint of epoch {epoch}; the nearest kept are {_nearest(kept, epoch)}"
            )
        facts = read_facts(path_of(self._store.root / entry.run, epoch))
        for config in draft.members():
            check_fork(facts, config)
        return Origin(entry.run, epoch)


_DOES = {
    "queued": "waits for its turn",
    "training": "trains",
    "elsewhere": "trains in another process",
    "over": "is over",
}


def _nearest(kept: tuple[int, ...], epoch: int) -> str:
    before, after = [e for e in kept if e < epoch], [e for e in kept if e > epoch]
    return " and ".join(map(str, [*before[-1:], *after[:1]]))
