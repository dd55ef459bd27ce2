"""How runs get into the queue: new ones, reruns, forks, those that were cut off, and all of an ablation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from trainer.config import RunConfig
from trainer.config.properties import difference
from trainer.errors import ConfigError, RegtuiError
from trainer.execution import FRESH, Membership, Origin
from trainer.step import What
from trainer.store.origin import origin_of
from trainer.sweep import memberships
from tui.branches import Branches
from tui.draft import Draft
from tui.harmless import harmless
from tui.jobs import Job
from tui.looking import Looking
from tui.notices import Notices
from tui.records import Records
from tui.run_entry import RunEntry
from tui.runs import Runs
from tui.steering import Steering
from tui.sweep_values import seeds_from
from tui.training import Trainer

LADDER_SEEDS = 3
"""Seeds of an ablation, when the config under edit is not swept over seeds: the fewest with a verdict worth having."""


@dataclass(eq=False)
class Launching:
    """Only the UI thread calls it; every refusal is a notice, never an exception."""

    draft: Draft
    runs: Runs
    steering: Steering
    branches: Branches
    records: Records
    looking: Looking
    trainer: Trainer
    notices: Notices

    def run(self, step: What | None = None) -> tuple[RunEntry, ...]:
        """Train the draft, after what trains already; the new rows."""
        try:
            configs = self.draft.members()
        except RegtuiError as error:
            self.notices.refuse(f"Cannot run: {error}")
            return ()
        entries = self._submit(configs, self._sweep(configs), step=step)
        self.steering.attach(entries, self.draft.config)
        return entries

    def rerun(self, entry: RunEntry) -> tuple[RunEntry, ...]:
        """Train exactly what this row trained: seed, branch and dials included."""
        origin = origin_of(entry.history) if entry.history.started else replace(entry.origin, membership=None)
        return self._submit((entry.config,), origin=origin)

    def fork(self, entry: RunEntry, cursor: int | None) -> tuple[RunEntry, ...]:
        """Train the draft from a checkpoint of this run, at the epoch under the cursor or the last."""
        try:
            origin, kept = self.branches.origin(entry, cursor, self.draft)
            configs = self.draft.members()
        except RegtuiError as error:
            self.notices.refuse(f"Cannot fork: {error}")
            return ()
        entries = self._submit(configs, self._sweep(configs), origin=origin)
        self.steering.attach(entries, self.draft.config)
        again = "" if kept else " That epoch left no checkpoint: it is trained again first."
        self.notices.say(f"Forked from {harmless(entry.name)} at epoch {origin.epoch}.{again}")
        return entries

    def go_on(self, entry: RunEntry) -> tuple[RunEntry, ...]:
        """Continue a run that was cut off, and those that trained side by side with it, as if nothing had been.

        Members of its sweep whose turn had not come are trained then; of such a one, it and they alone.
        """
        try:
            entries = self.branches.continued(entry)
        except RegtuiError as error:
            self.notices.refuse(f"Cannot continue: {error}")
            return ()
        if not all(self.records.read_whole(e) for e in entries):
            return ()
        waits, anew = self.runs.busy, self.branches.without_record(entry)
        told = _told(entry, (*entries, *anew), waits=waits)
        if entries:
            self.runs.queue_again(entries)
            runs, configs = tuple(e.run for e in entries), tuple(e.config for e in entries)
            self.trainer.submit(Job(tuple(e.key for e in entries), configs, resumed=runs))
        if anew:
            self.runs.queue_anew(anew)
            configs, origins = tuple(e.config for e in anew), tuple(e.origin for e in anew)
            self.trainer.submit(Job(tuple(e.key for e in anew), configs, origins=origins))
        self.notices.say(told)
        return (entry, *(e for e in (*entries, *anew) if e is not entry))

    def next_seed(self, reference: RunConfig | None = None) -> tuple[RunEntry, ...]:
        """Train the draft with the lowest seed above its own that no run of the same settings has.

        ``reference`` is what it is compared with, and is trained with that seed too where it was not yet: a verdict
        compares seed by seed.
        """
        try:
            configs = self.draft.members(seeds=False)
        except RegtuiError as error:
            self.notices.refuse(f"Cannot run: {error}")
            return ()
        seeded = tuple(self._with_next_seed(config) for config in configs)
        if reference is not None and len(seeded) == 1 and difference(reference, seeded[0]):
            seed = seeded[0].seed
            if seed not in self._seeds_of(reference):
                seeded = (*seeded, reference.model_copy(update={"seed": seed}))
        return self._submit(seeded, self._sweep(seeded))

    def ladder(self) -> tuple[tuple[RunConfig, Membership], ...]:
        """The ablation ladder of the draft: none, each regularizer alone, all, all but one, each with every seed.

        Raises:
            ConfigError: an entry does not fit, there is no regularizer, or more than the seed is swept.
        """
        from trainer.analysis.ablation import members

        if self.draft.problem is not None:
            raise ConfigError(self.draft.problem)
        config = self.draft.named
        swept = [seed for seed in self.draft.grid.get("seed", ()) if isinstance(seed, int)]
        seeds = swept or seeds_from(config.seed, str(LADDER_SEEDS))
        return members(config, seeds, self.draft.grid, preset=self.draft.preset.name)

    def ablate(self) -> tuple[RunEntry, ...]:
        """Train that ladder."""
        try:
            configs, memberships = zip(*self.ladder(), strict=True)
        except RegtuiError as error:
            self.notices.refuse(f"Cannot run: {error}")
            return ()
        return self._submit(configs, memberships)

    def _sweep(self, configs: Sequence[RunConfig]) -> tuple[Membership | None, ...]:
        """What the members of the draft's sweep are recorded as."""
        return memberships(self.draft.grid, self.draft.preset.name, len(configs))

    def _seeds_of(self, config: RunConfig) -> set[int]:
        return {e.config.seed for e in self.runs if not difference(e.config, config)}

    def _with_next_seed(self, config: RunConfig) -> RunConfig:
        used = self._seeds_of(config)
        seed = config.seed + 1
        while seed in used:
            seed += 1
        return config.model_copy(update={"seed": seed % 2**32})

    def _submit(
        self,
        configs: tuple[RunConfig, ...],
        memberships: Sequence[Membership | None] = (None,),
        *,
        step: What | None = None,
        origin: Origin = FRESH,
    ) -> tuple[RunEntry, ...]:
        waits = self.runs.busy
        origins = tuple(replace(origin, membership=one) for one in memberships)
        entries = self.runs.queue(configs, origins)
        keys = tuple(e.key for e in entries)
        if not waits:
            self.looking.starts(keys[0])
        self.trainer.submit(Job(keys, configs, step, origins))
        what = harmless(configs[0].name) if len(configs) == 1 else f"{len(configs)} runs"
        if waits:
            self.notices.say(f"Queued: {what} starts when the others are done.")
        elif not self.trainer.ready:
            self.notices.say(f"PyTorch is loading: {what} starts when it is ready.")
        return entries

    def withdraw(self, entry: RunEntry) -> None:
        """Take a waiting row, and those that would train with it, out of the queue."""
        if job := self.trainer.withdraw(entry.key):
            self.runs.settle(job.keys)


def _told(entry: RunEntry, entries: Sequence[RunEntry], *, waits: bool) -> str:
    """What continuing a run comes to: some go on, and some begin."""
    first = [e for e in entries if e.history.started is None]
    begin = harmless(entry.name) if entry in first and len(first) == 1 else f"{len(first)} of its sweep"
    if len(first) == len(entries):
        return f"{'Queued' if waits else 'Beginning'}: {begin}, not begun before."
    count = len(entries) - len(first)
    what = harmless(entry.name) if count == 1 else f"{count} runs that trained side by side"
    then = f", then {begin} not begun before" if first else ""
    return f"{'Queued to continue' if waits else 'Continuing'}: {what}{then}."
