"""What the main screen hears from other threads: events, jobs, notices, and runs that were read from disk."""

from __future__ import annotations

from collections.abc import Iterable

from trainer.history import RunHistory
from tui.appearance import Look
from tui.following import Followed, LetGo
from tui.inbox import Inbox
from tui.jobs import HandedOver, JobBegan, JobEnded, NotInspected, Paused, TrainingEvent
from tui.notices import Notice
from tui.screens.actions.parts import Parts
from tui.state import log


class Hearing(Parts):
    """Mixed into the main screen: each message changes the session, the timer draws what has changed."""

    look: Look
    inbox: Inbox

    def hear(self) -> None:
        """Take in what was told since the last time, each message by its handler below."""
        for message in self.inbox.take():
            getattr(self, message.handler_name)(message)

    def on_news(self) -> None:
        """Something was told that is not left to the timer."""
        self.hear()

    def on_training_event(self, message: TrainingEvent) -> None:
        """Something happened to a run; the timer draws it."""
        self.session.runs.apply(message.event)
        self.session.looking.heard(message.event)

    def on_job_began(self, message: JobBegan) -> None:
        """Queued runs train now."""
        self.session.began(message)
        self.properties.update_rows()

    def on_job_ended(self, message: JobEnded) -> None:
        """The end of a run is not left to the timer."""
        self.session.ended(message)
        self.properties.update_rows()
        self.refresh_views()
        if self.look.bell:
            self.on_screen.app.bell()

    def on_not_inspected(self, message: NotInspected) -> None:
        """The page says why."""
        self.session.looking.refused(message.run, message.epoch, message.reason)
        if message.epoch is not None:
            self.session.notices.refuse(f"Epoch {message.epoch} is not tested: {message.reason}")
        else:
            self.show_runs()

    def on_handed_over(self, message: HandedOver) -> None:
        """Followed from now on, and no reason not to quit."""
        self.session.handed_over(message)
        self.refresh_views()

    def on_followed(self, message: Followed) -> None:
        """Another process trains this run."""
        self.session.runs.followed(message.history, message.owner)

    def on_let_go(self, message: LetGo) -> None:
        """No process trains it any more."""
        self.session.let_go(message)
        self.refresh_views()

    def on_paused(self, message: Paused) -> None:
        """One epoch or batch was asked for and is done."""
        self.session.paused = True
        self.refresh_views()

    def on_notice(self, message: Notice) -> None:
        """Say it, and keep it for the log."""
        self.session.notices.told.append(message)
        log(f"{message.severity}: {message.text}\n{message.details}".rstrip())
        self.on_screen.notify(
            message.text, severity=message.severity, timeout=10 if message.severity == "error" else 4, markup=False
        )

    def waiting_for_you(self, runs: Iterable[str]) -> None:
        """Runs from disk that neither ended nor train, unless they have been taken up since."""
        found = [entry for run in runs if (entry := self.session.runs.of_run(run)) is not None]
        entries = [entry for entry in found if entry.state == "over"]
        if count := sum(entry.history.started is not None for entry in entries):
            what = "A run was" if count == 1 else f"{count} runs were"
            self.session.notices.refuse(f"{what} cut off: C on one continues it from where it was.")
        if count := len(entries) - count:
            what = "A run has" if count == 1 else f"{count} runs have"
            self.session.notices.say(f"{what} not begun yet: C on one begins it, and its sweep.")

    def found(self, histories: Iterable[tuple[RunHistory, bool]]) -> None:
        """Runs from disk, read by another thread; and whether another process trains each.

        The first of them, which are the newest, are not left to the timer.
        """
        empty = not len(self.session.runs)
        for history, live in histories:
            self.session.runs.found(history, live=live)
            if live:
                self.session.following.follow(history.run)
        if empty:
            self.refresh_views()
