"""What the main screen hears from other threads: events, jobs, notices, and runs that were read from disk."""

from __future__ import annotations

from collections.abc import Iterable

from trainer.history import RunHistory
from tui.look import Look
from tui.screens.actions.parts import Parts
from tui.state import log
from tui.training import JobBegan, JobEnded, Notice, NotInspected, Paused, TrainingEvent


class Hearing(Parts):
    """Mixed into the main screen: each message changes the session, the timer draws what has changed."""

    look: Look

    def on_training_event(self, message: TrainingEvent) -> None:
        """Something happened to a run; the timer draws it."""
        self.session.runs.apply(message.event)

    def on_job_began(self, message: JobBegan) -> None:
        """Queued runs train now."""
        self.session.began(message)

    def on_job_ended(self, message: JobEnded) -> None:
        """The end of a run is not left to the timer."""
        self.session.ended(message)
        self.refresh_views()
        if self.look.bell:
            self.on_screen.app.bell()

    def on_not_inspected(self, message: NotInspected) -> None:
        """The page says why."""
        self.session.uninspected[message.run] = message.reason
        self.show_runs()

    def on_paused(self, message: Paused) -> None:
        """One epoch was asked for and is done."""
        self.session.paused = True
        self.refresh_views()

    def on_notice(self, message: Notice) -> None:
        """Say it, and keep it for the log."""
        self.session.told.append(message)
        log(f"{message.severity}: {message.text}\n{message.details}".rstrip())
        self.on_screen.notify(
            message.text, severity=message.severity, timeout=10 if message.severity == "error" else 4, markup=False
        )

    def found(self, histories: Iterable[tuple[RunHistory, bool]]) -> None:
        """Runs from disk, read by another thread; and whether another process trains each."""
        for history, live in histories:
            self.session.runs.found(history, live=live)
