"""One sitting at the app, without its widgets: the draft, the runs, the trainer, and what each command does to them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from textual.message import Message

from trainer.config import RunConfig
from trainer.config.properties import difference
from trainer.dials import after
from trainer.errors import ConfigError, RegtuiError, StoreError
from trainer.events import Environment
from trainer.execution import FRESH, Change, Origin
from trainer.history import RunHistory
from trainer.presets import Preset, load_preset
from trainer.store import RunStore
from trainer.store.notes import Notes
from trainer.store.origin import origin_of
from tui.branches import Branches
from tui.draft import Draft
from tui.following import PATIENCE, Following, LetGo, named
from tui.harmless import harmless
from tui.job_progress import JobProgress
from tui.runs import RunEntry, Runs, Sweep
from tui.steering import Steering
from tui.sweep_values import seeds_from
from tui.training import EventSource, HandedOver, Job, JobBegan, JobEnded, Notice, Trainer

FOREVER = 1 << 62
LADDER_SEEDS = 3
"""Seeds of an ablation, when the config under edit is not swept over seeds: the fewest with a verdict worth having."""
ASSIGNMENTS = ("assignment-1-l1", "assignment-2-schedulers", "assignment-3-dropout")
"""The presets of the lesson's assignments, in order."""


Say = Callable[[Notice], object]


class Session:
    """What the keys command. Only the UI thread calls it; every refusal is a notice, never an exception."""

    def __init__(
        self, presets: Sequence[Preset], store: RunStore, source: EventSource, post: Callable[[Message], object]
    ) -> None:
        self.draft = Draft(presets[0])
        self.given = tuple(presets)
        """Presets named on the command line."""
        self.runs = Runs()
        self.steering = Steering(self.draft)
        self.branches = Branches(store, self.runs)
        self.store = store
        self.source = source
        self.trainer = Trainer(source, store, post)
        self.following = Following(store, post)
        self.paused = False
        self.job: JobProgress | None = None
        """What trains now, as a whole."""
        self._say = post
        self.told: deque[Notice] = deque(maxlen=500)
        """What was said, oldest first."""
        self._undo: list[Callable[[], RunEntry | None]] = []
        """What takes back each thing that was done, the newest last; None where it cannot be."""
        self._inside = False
        """Whether the user looks into networks."""
        self._looked_into: int | None = None
        self.uninspected: dict[str, str] = {}
        """Runs that were to be looked into by their checkpoints, and why they cannot be; "" while it is not known."""

    @property
    def busy(self) -> bool:
        """Whether quitting now would cut a run off."""
        return bool(self.runs.training or self.runs.queued)

    @property
    def unsaved(self) -> int:
        """Runs of which something is in memory only, and ends with the session."""
        return len(self.store.unsaved)

    @property
    def environment(self) -> Environment | None:
        """Where runs train, once that is known."""
        started = (entry.history.environment for entry in self.runs.training)
        return next((place for place in started if place), None) or self.source.environment

    def say(self, text: str, severity: str = "information") -> None:
        """Tell the user something."""
        self._say(Notice(text, "warning" if severity == "warning" else "information"))

    def refuse(self, text: str) -> None:
        """Say why something is not done."""
        self._say(Notice(text, "warning"))

    def run(self, *, one_epoch: bool = False, one_batch: bool = False) -> tuple[RunEntry, ...]:
        """Train the draft, after what trains already; the new rows."""
        try:
            configs = self.draft.members()
        except RegtuiError as error:
            self.refuse(f"Cannot run: {error}")
            return ()
        entries = self._submit(configs, self._sweep(), one_epoch=one_epoch, one_batch=one_batch)
        self.steering.attach(entries, self.draft.config)
        return entries

    def rerun(self, entry: RunEntry) -> tuple[RunEntry, ...]:
        """Train exactly what this row trained: seed, branch and dials included."""
        return self._submit((entry.config,), origin=origin_of(entry.history) if entry.history.started else entry.origin)

    def fork(self, entry: RunEntry, cursor: int | None) -> tuple[RunEntry, ...]:
        """Train the draft from a checkpoint of this run, at the epoch under the cursor or the last."""
        try:
            origin = self.branches.origin(entry, cursor, self.draft)
            configs = self.draft.members()
        except RegtuiError as error:
            self.refuse(f"Cannot fork: {error}")
            return ()
        entries = self._submit(configs, self._sweep(), origin=origin)
        self.steering.attach(entries, self.draft.config)
        self.say(f"Forked from {harmless(entry.name)} at epoch {origin.epoch}.")
        return entries

    def go_on(self, entry: RunEntry) -> tuple[RunEntry, ...]:
        """Continue a run that was cut off, and those that trained side by side with it, as if nothing had been."""
        try:
            entries = self.branches.continued(entry)
        except RegtuiError as error:
            self.refuse(f"Cannot continue: {error}")
            return ()
        if not all(self.read_whole(e) for e in entries):
            return ()
        waits = self.busy
        self.runs.queue_again(entries)
        runs, configs = tuple(e.run for e in entries), tuple(e.config for e in entries)
        self.trainer.submit(Job(tuple(e.key for e in entries), configs, resumed=runs))
        what = harmless(entry.name) if len(entries) == 1 else f"{len(entries)} runs that trained side by side"
        self.say(f"{'Queued to continue' if waits else 'Continuing'}: {what}.")
        return entries

    def next_seed(self, reference: RunConfig | None = None) -> tuple[RunEntry, ...]:
        """Train the draft with the lowest seed above its own that no run of the same settings has.

        ``reference`` is what it is compared with, and is trained with that seed too where it was not yet: a verdict
        compares seed by seed.
        """
        try:
            configs = self.draft.members()
        except RegtuiError as error:
            self.refuse(f"Cannot run: {error}")
            return ()
        seeded = tuple(self._with_next_seed(config) for config in configs)
        if reference is not None and len(seeded) == 1 and difference(reference, seeded[0]):
            seed = seeded[0].seed
            if seed not in self._seeds_of(reference):
                seeded = (*seeded, reference.model_copy(update={"seed": seed}))
        return self._submit(seeded, self._sweep())

    def ladder(self) -> tuple[RunConfig, ...]:
        """The ablation ladder of the draft: none, each regularizer alone, all, all but one, each with every seed.

        Raises:
            ConfigError: an entry does not fit, or the config uses no regularizer.
        """
        from trainer.analysis.ablation import ladder

        if self.draft.problem is not None:
            raise ConfigError(self.draft.problem)
        config = self.draft.config
        seeds = self.draft.grid.get("seed") or seeds_from(config.seed, str(LADDER_SEEDS))
        return tuple(rung.config.model_copy(update={"seed": seed}) for rung in ladder(config) for seed in seeds)

    def ablate(self) -> tuple[RunEntry, ...]:
        """Train that ladder."""
        try:
            return self._submit(self.ladder(), Sweep(ablation=self.draft.config))
        except RegtuiError as error:
            self.refuse(f"Cannot run: {error}")
            return ()

    def _sweep(self) -> Sweep | None:
        """What the draft is swept over besides seeds."""
        paths = tuple(path for path in self.draft.grid if path != "seed")
        return Sweep(paths) if paths else None

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
        sweep: Sweep | None = None,
        *,
        one_epoch: bool = False,
        one_batch: bool = False,
        origin: Origin = FRESH,
    ) -> tuple[RunEntry, ...]:
        waits = self.busy
        entries, origins = self.runs.queue(configs, sweep, origin), (origin,) * len(configs)
        keys = tuple(e.key for e in entries)
        if self._inside and not waits:  # first, for a toy set's run is over before the screen is drawn
            self._look(keys[0])
        self.trainer.submit(Job(keys, configs, one_epoch, origins, one_batch=one_batch))
        what = harmless(configs[0].name) if len(configs) == 1 else f"{len(configs)} runs"
        if waits:
            self.say(f"Queued: {what} starts when the others are done.")
        elif not self.source.ready:
            self.say(f"PyTorch is loading: {what} starts when it is ready.")
        return entries

    def began(self, message: JobBegan) -> None:
        """A job left the queue."""
        self.paused = False
        self.runs.begin(message.job.keys, message.members)
        entries = [self.runs.entry(key) for key in message.job.keys]
        self.job = JobProgress([entry for entry in entries if entry is not None])

    def ended(self, message: JobEnded) -> None:
        """A job is over; what was refused before it began leaves the table, or is as it was."""
        self.paused = False
        self.runs.settle(message.job.keys)

    def pause_or_continue(self) -> None:
        """Stop asking for events, or ask again."""
        if not self.runs.training:
            self.refuse("Nothing trains: r runs the config.")
            return
        self.paused = not self.paused
        (self.trainer.pause if self.paused else self.trainer.resume)()

    def one_epoch(self) -> tuple[RunEntry, ...]:
        """Train one epoch and pause; begins a run when none trains."""
        if not self.runs.training:
            return self.run(one_epoch=True) if not self.runs.queued else ()
        self.paused = False
        self.trainer.one_epoch()
        return ()

    def look_into(self, entry: RunEntry | None, *, inside: bool) -> None:
        """Have insights of this run while it trains, and of those that are started: while the page shows insights."""
        self._inside = inside
        waited_for = inside and entry is not None and entry.state in ("training", "queued")
        self._look(entry.key if entry is not None and waited_for else None)
        if inside and entry is not None and entry.state == "over" and entry.history.insight is None:
            self._inspect(entry)

    def _inspect(self, entry: RunEntry) -> None:
        """Look at what the newest checkpoint holds, once what trains is done; a run is asked for once."""
        if entry.run not in self.uninspected:
            self.uninspected[entry.run] = ""
            self.trainer.submit(Job((entry.key,), (entry.config,), inspected=entry.run))

    def _look(self, key: int | None) -> None:
        if key != self._looked_into:
            self._looked_into = key
            self.trainer.look_into(key)

    def one_batch(self) -> tuple[RunEntry, ...]:
        """Train one batch, tell of it, and pause; begins a run when none trains."""
        if not self.runs.training:
            return self.run(one_batch=True) if not self.runs.queued else ()
        self.paused = False
        self.trainer.one_batch()
        return ()

    def apply_dials(self) -> None:
        """Have the run that the draft is about train with the draft, as far as it can while it trains."""
        steering, told = self.steering, [change.change for change in self.steering.pending if not change.problem]
        whole = len(steering.steered) == len(self.runs.training)
        for request in steering.requests:
            try:
                for run in [None] if whole else [entry.run for entry in steering.steered]:
                    self.source.dial(replace(request, run=run))
            except RegtuiError as error:
                self.refuse(str(error))
                return
            steering.asked(request)
        if problem := next((change.problem for change in steering.pending), ""):
            self.refuse(problem)
        if told:
            self.say(f"From the next batch on: {', '.join(map(harmless, told))}.")

    def apply_dials_to(self, entry: RunEntry) -> None:
        """As ``apply_dials``, when this is a run that the draft is about; else say what it takes."""
        if entry.state != "training":
            self.refuse(f"{harmless(entry.name)} does not train: v shows it, e loads its config.")
        elif entry not in self.steering.steered:
            self.refuse(f"The config is not about {harmless(entry.name)}: e loads what it trains with.")
        elif not self.steering.pending:
            self.refuse(f"{harmless(entry.name)} trains as the config says: change a setting first.")
        else:
            self.apply_dials()

    def stop(self, entry: RunEntry | None) -> None:
        """End what trains; on a row that waits, take it out of the queue instead."""
        if entry is not None and entry.state == "queued":
            self.withdraw(entry)
        elif entry is not None and entry.state == "elsewhere":
            self._stop_elsewhere(entry)
        elif self.runs.training:
            self.trainer.stop()
        else:
            self.refuse("Nothing trains.")

    def _stop_elsewhere(self, entry: RunEntry) -> None:
        try:
            self.store.request_stop(entry.run)
        except RegtuiError as error:
            self.refuse(str(error))
        else:
            self.say(f"Asked {named(entry.owner)} to stop {harmless(entry.name)}, and what trains beside it.")

    def let_go(self, message: LetGo) -> None:
        """A run that was followed has no process any more."""
        entry = self.runs.let_go(message.run)
        if entry is not None and message.cut_off:
            self.refuse(
                f"{named(message.owner).capitalize()} is gone: {harmless(entry.name)} was cut off, C continues it."
            )

    def detach(self) -> None:
        """Have a background process go on with what trains, and follow it."""
        if self.runs.training:
            self.paused = False
            self.trainer.detach()
        else:
            self.refuse("Nothing trains here: r runs the config.")

    def handed_over(self, message: HandedOver) -> None:
        """A background process has what trained here."""
        self.runs.hand_over(message.runs)
        for run in message.runs:
            self.following.follow(run, PATIENCE)
        what = "It goes" if len(message.runs) == 1 else f"{len(message.runs)} runs go"
        self.say(f"{what} on in the background (pid {message.pid}): quit if you like.")

    def withdraw(self, entry: RunEntry) -> None:
        """Take a waiting row, and those that would train with it, out of the queue."""
        if job := self.trainer.withdraw(entry.key):
            self.runs.settle(job.keys)

    def delete(self, entry: RunEntry) -> None:
        """Take a run off the table and the disk, so that ``undelete`` brings it back."""
        if entry.state == "queued":
            self.withdraw(entry)
            return
        if entry.state in ("training", "elsewhere"):
            self.refuse(f"{harmless(entry.name)} still trains: stop it first (s).")
            return
        try:
            self.store.delete(entry.run)
        except RegtuiError as error:
            self.refuse(str(error))
            return
        place = self.runs.place(entry)
        self._undo.append(lambda: self._restore(entry, place))
        self.runs.remove(entry)
        self.say(f"Deleted {harmless(entry.name)}: u brings it back.")

    def undo(self) -> RunEntry | None:
        """Take back what was done last to a run; None when there is nothing, or it cannot be."""
        if not self._undo:
            self.refuse("Nothing to undo.")
            return None
        return self._undo.pop()()

    def _restore(self, entry: RunEntry, place: int) -> RunEntry | None:
        try:
            self.store.restore(entry.run)
        except RegtuiError as error:
            self.refuse(str(error))
            return None
        self.runs.put_back(entry, place)
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
        entry.notes = self.store.annotate(entry.run, **changes)
        self.runs.version += 1
        return entry

    def noted(self, notes: Mapping[str, Notes]) -> None:
        """Notes from disk, by run id."""
        for run, found in notes.items():
            if entry := self.runs.of(run):
                entry.notes = found
        self.runs.version += 1

    def show(self, entry: RunEntry, shown: bool) -> None:
        """Draw the curves of a run, or not."""
        if not shown or self.read_whole(entry):
            self.runs.show(entry, shown)

    def group_of(self, entry: RunEntry) -> tuple[RunEntry, ...]:
        """The sweep of a run, or else all runs of the same settings."""
        mates = self.runs.mates(entry)
        return mates if len(mates) > 1 else tuple(e for e in self.runs if not difference(e.config, entry.config))

    def whole(self, entry: RunEntry) -> RunHistory | None:
        """A run with its curve, from disk if need be; None when it cannot be read. From any thread."""
        if entry.history.whole:
            return entry.history
        try:
            return self.store.history(entry.run)
        except RegtuiError as error:
            self.refuse(str(error))
            return None

    def read_whole(self, entry: RunEntry) -> bool:
        """Read the curve of a run of which only the header was; whether all of it is there now."""
        entry.history = self.whole(entry) or entry.history
        return entry.history.whole

    def set_baseline(self, entry: RunEntry) -> None:
        """Compare the others with this run; chosen twice, with none."""
        self.runs.baseline = None if self.runs.baseline is entry else entry
        self.runs.version += 1

    def edit(self, entry: RunEntry) -> None:
        """Load a run's config, as its dials have left it, into the draft; while it trains, to steer it."""
        dials = entry.history.dials
        config = after(entry.config, [Change(d.step, d.path, d.value) for d in dials], FOREVER)
        self.draft.adopt(config)
        self.steering.attach((entry,), config)
        turned = f", as its {len(dials)} dial{'s' * (len(dials) != 1)} left it" if dials else ""
        self.say(f"Editing the config of {harmless(entry.name)}{turned}.")

    def load_preset(self, path: str) -> None:
        """Edit a preset."""
        try:
            self.draft.load(load_preset(path))
            self.steering.release()
        except RegtuiError as error:
            self.refuse(str(error))

    def next_assignment(self) -> None:
        """Edit the lesson's next assignment; after the last, the first again."""
        now = self.draft.preset.name
        place = ASSIGNMENTS.index(now) + 1 if now in ASSIGNMENTS else 0
        self.load_preset(ASSIGNMENTS[place % len(ASSIGNMENTS)])
        self.say(f"{self.draft.preset.name}: {self.draft.preset.description} r trains it.")

    def written(self, path: str) -> None:
        """Go on editing the preset that was just written."""
        self.load_preset(path)
        self.say(f"Written: {harmless(path)}")

    def compared(self, chosen: RunEntry | None) -> tuple[RunEntry, ...]:
        """The baseline first, then every run whose curves are shown, the selected one included."""
        first = [self.runs.baseline] if self.runs.baseline else []
        others = [e for e in self.runs.shown if e.history.epochs]
        if chosen is not None and chosen.history.epochs and chosen not in others:
            others.append(chosen)
        return tuple(dict.fromkeys([*first, *others]))
