"""Which runs the words on a command line mean."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from trainer.analysis.effect import ordered, swept
from trainer.analysis.groups import group_runs, key_of
from trainer.config.problems import show
from trainer.errors import StoreError, did_you_mean
from trainer.execution import Membership
from trainer.filter import parse_filter
from trainer.history import RunHistory
from trainer.store import BrokenRun, Notes, RunStore
from trainer.store.ids import find_run
from tui.harmless import harmless

MEANINGS = (
    "a run (its id, or a beginning or end of it), a group's eight digits, the name of a run or of a sweep, "
    "or a filter such as dropout=0.5"
)


@dataclass(frozen=True)
class Listed:
    """A run as a list shows it."""

    history: RunHistory
    notes: Notes

    @property
    def name(self) -> str:
        """What the user calls it."""
        return self.notes.name or self.history.config.name

    @property
    def membership(self) -> Membership | None:
        """The sweep that it was trained for."""
        return self.history.membership

    @property
    def sweep_name(self) -> str | None:
        """What that sweep is called; None for other runs, and of an ablation for all rungs but the whole config."""
        name = self.history.config.name
        if self.membership is None or self.membership.without:
            return None
        return name.partition(" ")[0] if self.membership.without is None else name.removesuffix("-all")

    @property
    def preset(self) -> str | None:
        """The preset that the sweep was of; None for other runs, and in records of old."""
        return (self.membership.preset or None) if self.membership else None


class Shelf:
    """The runs of a folder, read once, when they are asked for; what cannot be read is told of on standard error."""

    def __init__(self, store: RunStore) -> None:
        """Nothing is read yet."""
        self.store = store

    @cached_property
    def listed(self) -> tuple[Listed, ...]:
        """All that can be read, oldest first."""
        found = []
        for history in self.store.headers():
            if isinstance(history, BrokenRun):
                _complain(history.reason)
                continue
            if history.damage:
                _complain(f"run {history.run}: {history.damage}")
            notes, problem = self.store.notes(history.run)
            if problem:
                _complain(problem)
            found.append(Listed(history, notes))
        return tuple(found)

    def meant_by(self, words: Sequence[str]) -> tuple[RunHistory, ...]:
        """The runs that are meant, in the order of the words, each once.

        Raises:
            StoreError: a word means no run, or several ids.
            FilterError: a word is a filter, and a wrong one.
        """
        found = {run.run: run for word in words for run in self._meant_by(word)}
        return tuple(found.values())

    def _meant_by(self, word: str) -> Sequence[RunHistory]:
        ids = self.store.run_ids()
        if not re.search(r"[=<>~]", word) and (run := find_run(word, ids)) is not None:
            return [self.store.header(run)]
        if re.search(r"[=<>~]", word):
            condition = parse_filter(word)
            found = [entry.history for entry in self.listed if condition.matches(entry.history, entry.notes)]
        else:
            found = [e.history for e in self.listed if word in (e.name, e.history.config.name, key_of(e.history))]
            found = found or self._swept(word)
        if not found:
            names = [name for e in self.listed for name in (e.name, e.sweep_name, e.preset) if name]
            hint = did_you_mean(word, [*ids, *names])
            where = f"no run in {self.store.root} is meant by {show(word)}{hint}"
            raise StoreError(f"{where}; say {MEANINGS}")
        return _in_order(found)

    def _swept(self, word: str) -> list[RunHistory]:
        """The members of the sweeps that are called so, else of those over a preset that is.

        Raises:
            StoreError: those over the preset have several names.
        """
        called = [entry for entry in self.listed if entry.sweep_name == word]
        called = called or [entry for entry in self.listed if entry.preset == word]
        names = sorted({entry.sweep_name for entry in called if entry.sweep_name})
        if len(names) > 1:
            raise StoreError(f"the preset {show(word)} was swept as {', '.join(names)}: say which")
        sweeps = {entry.membership.sweep for entry in called if entry.membership}
        return [e.history for e in self.listed if e.membership and e.membership.sweep in sweeps]


def _in_order(runs: Sequence[RunHistory]) -> Sequence[RunHistory]:
    """Runs that differ in one setting by that setting; others in the order of their sweep, or by age."""
    places = [run.membership.place for run in runs if run.membership is not None]
    if len(places) == len(runs):  # all of sweeps: their ids of one second have no order
        runs = [run for _, run in sorted(zip(places, runs, strict=True), key=lambda pair: pair[0])]
    paths = swept(runs)
    if len(paths) != 1:
        return runs
    ranks = {group.key: i for i, group in enumerate(ordered(group_runs(runs), paths[0]))}
    return sorted(runs, key=lambda run: ranks[key_of(run)])


def _complain(text: str) -> None:
    sys.stderr.write(f"regtui: {harmless(text)}\n")
