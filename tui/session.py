"""One sitting at the app, without its widgets: the draft, the runs, the trainer, and what each command does to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from textual.message import Message

from trainer.config import RunConfig
from trainer.dials import after, dialled
from trainer.errors import RegtuiError
from trainer.events import Environment, Preparing
from trainer.execution import Change
from trainer.presets import Preset, load_preset
from trainer.step import What
from trainer.store import RunStore
from tui.branches import Branches
from tui.draft import Draft
from tui.following import PATIENCE, Following, LetGo, named
from tui.harmless import harmless
from tui.job_progress import JobProgress
from tui.jobs import HandedOver, JobBegan, JobEnded
from tui.launching import Launching
from tui.looking import Looking
from tui.notices import Notices
from tui.protocols import EventSource
from tui.records import Records
from tui.run_entry import RunEntry
from tui.runs import Runs
from tui.steering import Steering
from tui.training import Trainer

FOREVER = 1 << 62
ASSIGNMENTS = ("assignment-1-l1", "assignment-2-schedulers", "assignment-3-dropout")
"""The presets of the lesson's assignments, in order."""


class Session:
    """What the keys command. Only the UI thread calls it; every refusal is a notice, never an exception."""

    def __init__(
        self, presets: Sequence[Preset], store: RunStore, source: EventSource, post: Callable[[Message], object]
    ) -> None:
        self.draft = Draft(presets[0])
        self.given = tuple(presets)
        """Presets named on the command line."""
        self.runs = Runs()
        self.notices = Notices(post)
        self.steering = Steering(self.draft)
        self.branches = Branches(store, self.runs)
        self.store = store
        self.source = source
        self.trainer = Trainer(source, store, post)
        self.following = Following(store, post)
        self.records = Records(store, self.runs, self.notices)
        self.looking = Looking(self.trainer)
        self.launching = Launching(
            self.draft, self.runs, self.steering, self.branches, self.records, self.looking, self.trainer, self.notices
        )
        self.paused = False
        self.job: JobProgress | None = None
        """What trains now, as a whole."""

    @property
    def busy(self) -> bool:
        """Whether quitting now would cut a run off."""
        return self.runs.busy

    @property
    def unsaved(self) -> int:
        """Runs of which something is in memory only, and ends with the session."""
        return len(self.store.unsaved)

    @property
    def environment(self) -> Environment | None:
        """Where runs train, once that is known."""
        started = (entry.history.environment for entry in self.runs.training)
        return next((place for place in started if place), None) or self.source.environment

    def began(self, message: JobBegan) -> None:
        """A job left the queue."""
        self.paused = False
        self.runs.begin(message.job.keys, message.members)
        entries = [entry for key in message.job.keys if (entry := self.runs.entry(key)) is not None]
        self.looking.forget([entry.run for entry in entries])
        self.job = JobProgress(entries)

    def ended(self, message: JobEnded) -> None:
        """A job is over; what was refused before it began leaves the table, or is as it was."""
        self.paused = False
        self.looking.forget([entry.run for key in message.job.keys if (entry := self.runs.entry(key)) is not None])
        self.runs.settle(message.job.keys)

    def pause_or_continue(self) -> None:
        """Stop asking for events, or ask again."""
        if not self.runs.training:
            queued = "The next run has not begun yet; space pauses it when it trains."
            self.notices.refuse(queued if self.runs.queued else "Nothing trains: r runs the config.")
            return
        self.paused = not self.paused
        (self.trainer.pause if self.paused else self.trainer.resume)()

    def step(self, what: What) -> tuple[RunEntry, ...]:
        """Train one epoch or batch of all that trains, and pause; begins a run when none trains."""
        if self.runs.training:
            self.paused = False
            self.trainer.step(what)
            for text in [p.text for e in self.runs.training if isinstance(p := e.history.progress, Preparing)][:1]:
                self.notices.say(f"One {what}, once this is done: {harmless(text)}.")
        elif self.runs.queued:
            self.notices.refuse("The next run has not begun yet: try again when it trains.")
        else:
            return self.launching.run(what)
        return ()

    def apply_dials(self) -> None:
        """Have all runs that the draft is about train with the draft, as far as they can while they train."""
        steered = self.steering.steered
        whole = len(steered) == len(self.runs.training)
        self._dial([None] if whole else [entry.run for entry in steered], f"{len(steered)} runs")

    def apply_dials_to(self, entry: RunEntry) -> None:
        """As ``apply_dials``, for one of them: the draft is about that one alone then."""
        requests = self.steering.requests
        if self._dial([entry.run], f"{harmless(entry.name)} alone"):
            config = config_now(entry)
            for request in requests:
                with suppress(RegtuiError):  # this one has no such setting
                    config = dialled(config, request.path, request.value)
            self.draft.adopt(config)
            self.steering.attach((entry,), config)

    def _dial(self, runs: Sequence[str | None], who: str) -> bool:
        """Ask these runs (None is all that train) for everything that waits; whether they will do it."""
        steering, told = self.steering, [change.change for change in self.steering.pending if not change.problem]
        several = len(steering.steered) > 1
        for request in steering.requests:
            try:
                for run in runs:
                    self.source.dial(replace(request, run=run))
            except RegtuiError as error:
                self.notices.refuse(str(error))
                return False
            steering.asked(request)
        if problem := next((change.problem for change in steering.pending), ""):
            self.notices.refuse(problem)
        if told:
            scope = f", in {who}" if several else ""
            self.notices.say(f"From the next batch on{scope}: {', '.join(map(harmless, told))}.")
        return bool(told)

    def may_dial(self, entry: RunEntry) -> bool:
        """Whether changes wait to be made in this run; else the user is told what it takes."""
        if entry.state != "training":
            self.notices.refuse(f"{harmless(entry.name)} does not train: v shows it, e loads its config.")
        elif entry not in self.steering.steered:
            self.notices.refuse(f"The config is not about {harmless(entry.name)}: e loads what it trains with.")
        elif not self.steering.pending:
            self.notices.refuse(f"{harmless(entry.name)} trains as the config says: change a setting first.")
        else:
            return True
        return False

    def stop(self, entry: RunEntry | None) -> None:
        """End what trains, or the reading of a checkpoint; on a row that waits, take it out of the queue instead."""
        if entry is not None and entry.state == "queued":
            self.launching.withdraw(entry)
        elif entry is not None and entry.state == "elsewhere":
            self._stop_elsewhere(entry)
        elif self.runs.training:
            self.trainer.stop()
        elif self.looking.waits:
            self.looking.stop()
        else:
            self.notices.refuse("Nothing trains: r runs the config, C continues what was stopped or cut off.")

    def _stop_elsewhere(self, entry: RunEntry) -> None:
        try:
            self.store.request_stop(entry.run)
        except RegtuiError as error:
            self.notices.refuse(str(error))
        else:
            self.notices.say(f"Asked {named(entry.owner)} to stop {harmless(entry.name)}, and what trains beside it.")

    def let_go(self, message: LetGo) -> None:
        """A run that was followed has no process any more."""
        self.looking.forget((message.run,))
        entry = self.runs.let_go(message.run)
        if entry is not None and message.cut_off:
            self.notices.refuse(
                f"{named(message.owner).capitalize()} is gone: {harmless(entry.name)} was cut off, C continues it."
            )

    def detach(self) -> None:
        """Have a background process go on with what trains, and follow it."""
        if self.runs.training:
            self.paused = False
            self.trainer.detach()
        else:
            self.notices.refuse("Nothing trains here: r runs the config.")

    def handed_over(self, message: HandedOver) -> None:
        """A background process has what trained here."""
        self.runs.hand_over(message.runs)
        for run in message.runs:
            self.following.follow(run, PATIENCE)
        what = "It goes" if len(message.runs) == 1 else f"{len(message.runs)} runs go"
        self.notices.say(f"{what} on in the background (pid {message.pid}): quit if you like.")

    def edit(self, entry: RunEntry) -> None:
        """Load a run's config, as its dials have left it, into the draft; while it trains, to steer it."""
        dials, config = entry.history.dials, config_now(entry)
        self.draft.adopt(config)
        self.steering.attach((entry,), config)
        turned = f", as its {len(dials)} dial{'s' * (len(dials) != 1)} left it" if dials else ""
        self.notices.say(f"Editing the config of {harmless(entry.name)}{turned}.")

    def load_preset(self, path: str) -> None:
        """Edit a preset."""
        try:
            self.draft.load(load_preset(path))
            self.steering.release()
        except RegtuiError as error:
            self.notices.refuse(str(error))

    def next_assignment(self) -> None:
        """Edit the lesson's next assignment; after the last, the first again."""
        now = self.draft.preset.name
        place = ASSIGNMENTS.index(now) + 1 if now in ASSIGNMENTS else 0
        self.load_preset(ASSIGNMENTS[place % len(ASSIGNMENTS)])
        self.notices.say(f"{self.draft.preset.name}: {self.draft.preset.description} r trains it.")

    def written(self, path: str) -> None:
        """Go on editing the preset that was just written."""
        self.load_preset(path)
        self.notices.say(f"Written: {harmless(path)}")


def config_now(entry: RunEntry) -> RunConfig:
    """A run's config as its dials have left it."""
    return after(entry.config, [Change(d.step, d.path, d.value) for d in entry.history.dials], FOREVER)
