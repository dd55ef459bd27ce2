"""The trainer thread: for each event, record it, post it. Nothing else crosses between training and the screen.

Pausing is not asking for the next event; stopping is closing the generator. The thread never touches a widget nor a
history on screen, and this module never imports torch: events come from a child process, or from anything else
that has the same generator.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import closing
from threading import Condition, Thread
from traceback import format_exc

from textual.message import Message

from trainer.background import told_stopped
from trainer.dials import DialRequest
from trainer.errors import RegtuiError
from trainer.events import Checkpoint, Insight, Status, Tested
from trainer.execution import Member
from trainer.step import What
from tui.jobs import STOPPED, Job, JobBegan, JobEnded, NotInspected, Paused, TrainingEvent
from tui.notices import Notice
from tui.protocols import EventSource, RunRecorder
from tui.recording import Recording

RETRY_SECONDS = 5.0
"""Between tries to write what a full disk did not take."""


class Trainer:
    """A queue of jobs and the one thread that trains them, in order. Every method but the body is for the UI thread."""

    def __init__(self, source: EventSource, store: RunRecorder, post: Callable[[Message], object]) -> None:
        self._source = source
        self._store = store
        self._post = post
        self._recording = Recording(store, post)
        self._changed = Condition()
        self._queue: deque[Job] = deque()
        self._paused = False
        self._stop: Status | None = None
        self._why = ""
        """Why, where it was not this user."""
        self._closing = self._detached = self._inspecting = False
        self._looked_into: int | None = None
        self._training: dict[int | None, str] = {}
        """Runs that train, by the keys of their rows."""
        self._thread = Thread(target=self._work, name="trainer", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        """Whether training would start at once (torch is imported)."""
        return self._source.ready

    def submit(self, job: Job) -> None:
        """Train this job after all others that wait."""
        with self._changed:
            self._queue.append(job)
            self._changed.notify_all()

    def withdraw(self, key: int) -> Job | None:
        """Take the job that would train this row out of the queue; None when it does not wait any more."""
        with self._changed:
            for job in self._queue:
                if key in job.keys and job.inspected is None:
                    self._queue.remove(job)
                    return job
        return None

    def pause(self) -> None:
        """Ask for no more events."""
        self._source.step(None)
        self._set_paused(True)
        self._source.hurry()

    def resume(self) -> None:
        """Go on asking for events."""
        self._set_paused(False)

    def step(self, what: What) -> None:
        """Train one epoch, or one batch that is told of by ``Batch`` events, of each run that trains, then pause."""
        self._source.step(what)
        self._set_paused(False)

    def look_into(self, key: int | None) -> None:
        """Have ``Insight`` events of a row's run, now or once it trains; None wants none."""
        self._looked_into = key
        self._source.look_into(self._training.get(key))

    def dial(self, request: DialRequest) -> None:
        """Change a setting of what trains, from its next batch on; ``Dial`` events tell of it.

        Raises:
            ConfigError: nothing trains, or the setting cannot be changed so.
        """
        self._source.dial(request)

    def stop(self, status: Status = "stopped") -> None:
        """Close the generator of the job that trains now; its runs end with ``status``."""
        with self._changed:
            self._stop = status
            self._changed.notify_all()
        self._source.hurry()

    def stop_looking(self) -> None:
        """End the reading or testing of a checkpoint, and of those that wait for it; what trains is left alone."""
        with self._changed:
            for job in [job for job in self._queue if job.inspected is not None]:
                self._queue.remove(job)
                self._post(NotInspected(str(job.inspected), STOPPED, job.tested))
            if self._inspecting:
                self._stop = "stopped"

    def detach(self) -> None:
        """Leave what trains to a background process, which goes on from its last finished epoch."""
        with self._changed:
            self._stop, self._detached = "interrupted", True
            self._changed.notify_all()
        self._source.hurry()

    def close(self, status: Status = "interrupted", seconds: float = 1.0) -> None:
        """End the job that trains, put the queue on record, and end the thread; everything is on disk afterwards.

        ``seconds`` is how long the batch in flight may take before its process is ended instead of asked.
        """
        with self._changed:
            self._closing = True
            self._stop = status
            self._changed.notify_all()
        self._source.hurry()
        self._thread.join(seconds)
        self._source.close()
        self._thread.join(0.5)

    def _set_paused(self, paused: bool) -> None:
        with self._changed:
            self._paused = paused
            self._changed.notify_all()

    # Below: the trainer thread.

    def _work(self) -> None:
        while (job := self._next_job()) is not None:
            if job.inspected is not None:
                self._inspect(job.inspected, job.tested)
                continue
            try:
                members = self._recording.members(job)
            except RegtuiError as error:  # a run is over, or cannot be forked there
                self._refuse(job, Notice(str(error), "error"))
                continue
            except Exception as error:  # whatever breaks, as over a stranger's folder, must not end this thread
                text = f"The run could not begin: {type(error).__name__}: {error}"
                self._refuse(job, Notice(text, "error", format_exc()))
                continue
            self._training = dict(zip(job.keys, (member.run for member in members), strict=True))
            self._source.look_into(self._training.get(self._looked_into))
            self._post(JobBegan(job, members))
            status, message = self._train(members)
            if not (self._detached and self._recording.leave_to_another(self._source.execution)):
                self._recording.end(status, message, known=bool(job.resumed))
            self._post(JobEnded(job))
        for job in self._queue:
            self._recording.put_aside(job)

    def _refuse(self, job: Job, why: Notice) -> None:
        self._post(why)
        self._post(JobEnded(job))

    def _inspect(self, run: str, epoch: int | None) -> None:
        """Look into a run, or test it as it was after an epoch."""
        reason = "the process that read its checkpoint died; it may have run out of memory"
        try:
            if epoch is None:
                events = self._source.inspect(self._store.newest_state(run))
            else:
                events = self._source.test(self._store.state_after(run, epoch))
            with closing(events):
                for event in events:
                    if isinstance(event, Insight | Tested):
                        self._post(TrainingEvent(event))
                        return
                    if isinstance(event, Checkpoint):
                        self._recording.tell(event.problem)
                    if self._stop is not None:
                        break
        except RegtuiError as error:
            reason = str(error)
        except Exception as error:  # whatever breaks must not end the thread that trains
            reason = f"its checkpoint cannot be looked into: {type(error).__name__}: {error}"
        self._post(NotInspected(run, STOPPED if self._stop is not None else reason, epoch))

    def _next_job(self) -> Job | None:
        with self._changed:
            while not self._changed.wait_for(lambda: self._queue or self._closing, self._patience()):
                self._recording.tell(self._store.write_waiting())
            if self._closing:
                return None
            job = self._queue.popleft()
            self._stop, self._why = None, ""
            self._paused = self._detached = False
            self._source.step(job.step)
            self._inspecting = job.inspected is not None
            return job

    def _patience(self) -> float | None:
        """How long to wait before trying again to write what the disk did not take."""
        return RETRY_SECONDS if self._store.unsaved else None

    def _train(self, members: tuple[Member, ...]) -> tuple[Status, str]:
        """Train one group to its end; the status and reason for runs that have not ended by themselves."""
        try:
            with closing(self._source.train(members)) as events:
                for event in events:
                    self._recording.take(event)
                    if not self._may_continue():
                        break
        except RegtuiError as error:
            self._post(Notice(str(error), "error"))
            return self._stop or "failed", "" if self._stop else str(error)
        except Exception as error:  # whatever breaks in training must end the run, never the app
            text = f"Training broke: {type(error).__name__}: {error}"
            if not self._closing:
                self._post(Notice(text, "error", format_exc()))
            return self._stop or "failed", "" if self._stop else text
        return self._stop or "interrupted", self._why if self._stop else "The trainer ended without a word."

    def _may_continue(self) -> bool:
        """Wait while paused; False when the job is to be stopped."""
        with self._changed:
            if self._source.halted:
                self._paused = True
                self._post(Paused())
            if (asked := self._store.stop_wanted) and self._stop is None:
                self._stop, self._why = "stopped", told_stopped(asked)
                self._recording.tell(
                    f"Another process has asked to stop {asked}: what trains beside it is stopped, too."
                )
            while not self._changed.wait_for(lambda: not self._paused or self._stop is not None, RETRY_SECONDS):
                self._store.beat()
            return self._stop is None
