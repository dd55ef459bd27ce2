"""Runs that begin where another left off: continued, or forked at an epoch."""

from __future__ import annotations

from contextlib import suppress

from trainer.errors import ForkError, RegtuiError, StoreError
from trainer.execution import Origin
from trainer.store import RunStore
from trainer.store.branching import branch_point, rooted
from trainer.store.forking import check_fork
from tui.charts.scene import Root
from tui.draft import Draft
from tui.run_entry import RunEntry
from tui.runs import Runs


class Branches:
    """What is known of the places where runs begin. Only the UI thread calls it."""

    def __init__(self, store: RunStore, runs: Runs) -> None:
        self._store = store
        self._runs = runs
        self._roots: dict[str, Root | None] = {}

    def root(self, entry: RunEntry) -> Root | None:
        """Where a fork branches off its trunk; None for other runs, and when it is not known."""
        if entry.parent is None or not entry.run:
            return None
        if entry.run not in self._roots:
            self._roots[entry.run] = self._find_root(entry, *entry.parent)
        return self._roots[entry.run]

    def _find_root(self, entry: RunEntry, parent: str, epoch: int) -> Root | None:
        known = self._runs.of_run(parent)
        if known is not None and known.history.whole and known.parent is None:
            trunk = [e for e in known.history.epochs if e.epoch <= epoch]
        else:
            trunk = list(self._store.trunk(entry.history))
        if not trunk or trunk[-1].epoch != epoch:
            return None
        whole = len(trunk) == epoch  # else a run before the parent is gone
        steps = sum(e.step // e.epoch for e in trunk) if whole else trunk[-1].step
        return Root(trunk[-1], steps, sum(e.seconds + e.eval_seconds for e in trunk))

    def parent_name(self, entry: RunEntry) -> str:
        """``overfit@7``; empty for a run that is no fork."""
        if entry.parent is None:
            return ""
        run, epoch = entry.parent
        known = self._runs.of_run(run)
        return f"{known.own if known is not None else run}@{epoch}"

    def continued(self, entry: RunEntry) -> tuple[RunEntry, ...]:
        """The rows that go on with this one: cut off together with it, and those of its sweep that have not begun.

        None of one that left no record: there is nothing to go on from.

        Raises:
            StoreError: it is over, trains, or cannot be read.
        """
        if entry.state != "over" or not entry.run:
            raise StoreError(f"{entry.name} is not cut off: it {_DOES[entry.state]}")
        if self._left_no_record(entry):
            return ()
        for run in (together := self._store.together(entry.run)):
            if self._runs.of_run(run) is None:
                self._runs.found(self._store.history(run), live=False)
        found = [self._runs.of_run(run) for run in together]
        return tuple(e for e in found if e is not None and e.state == "over")

    def without_record(self, entry: RunEntry) -> tuple[RunEntry, ...]:
        """Of this row and its sweep those that nothing is left of, as nothing of their job had begun."""
        return tuple(e for e in self._runs.mates(entry) or (entry,) if self._left_no_record(e))

    def _left_no_record(self, entry: RunEntry) -> bool:
        begun = entry.state != "over" or not entry.run or entry.history.started is not None
        return not begun and not (self._store.root / entry.run).is_dir()

    def origin(self, entry: RunEntry, cursor: int | None, draft: Draft) -> tuple[Origin, bool]:
        """Where a fork of this run with the draft's configs starts: at the cursor, else after its last epoch.

        And whether there is a checkpoint of it; else the run has to be trained once more up to there.

        Raises:
            ForkError: there is no such epoch, or a config cannot go on from it.
            ConfigError: the draft cannot run.
            StoreError: the run cannot be read.
        """
        if not entry.run:
            raise ForkError(f"{entry.name} waits for its turn")
        epoch = entry.history.epochs_done if cursor is None else cursor
        if not epoch:
            raise ForkError(f"{entry.name} has no finished epoch that a fork could start from")
        point = branch_point(self._store.root, entry.run, epoch)
        for config in draft.members():
            check_fork(point, config)
        return Origin(entry.run, epoch), point.kept

    def made_from(self, entry: RunEntry, epoch: int) -> int:
        """The nearest epoch of which there is a checkpoint, from which an epoch of a run is made again; 0 without one.

        Of the run that trained it: an epoch before a fork's first is its parent's.
        """
        run = entry.run
        with suppress(RegtuiError):  # a parent that is gone
            run = rooted(self._store.root, Origin(run, epoch)).parent or run
        return max((kept for kept in self._store.fork_epochs(run) if kept <= epoch), default=0)


_DOES = {
    "queued": "waits for its turn",
    "training": "trains",
    "elsewhere": "trains in another process",
    "over": "is over",
}
