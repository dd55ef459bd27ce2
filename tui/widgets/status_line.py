"""What trains now, how far it is and how long it takes: one line."""

from __future__ import annotations

from math import ceil

from textual.content import Content
from textual.widgets import Static

from trainer.config import TOY_DATASETS
from trainer.events import Batch, Preparing
from tui.glyphs import Glyphs
from tui.harmless import harmless
from tui.job_progress import JobProgress
from tui.pace import duration
from tui.preparation import describe
from tui.session import Session

BAR = 16


class StatusLine(Static):
    """Changes the screen only when its text does."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__("", id="status")
        self._glyphs = glyphs
        self._text = ""

    def tell(self, session: Session) -> None:
        """Take the session's state."""
        text = self._state(session)
        if text != self._text:
            self._text = text
            self.update(Content(text), layout=False)  # one line, whatever it says

    def _state(self, session: Session) -> str:
        queued, job = len(session.runs.queued), session.job
        if job is None or not session.runs.training:
            if queued:
                return f" {_before(session)}{'1 run starts' if queued == 1 else f'{queued} runs start'}"
            return f" {_latest(session) or _asked(session)}"
        job.tick(paused=session.paused)
        sign = self._glyphs.pause if session.paused else self._glyphs.run
        name = harmless(job.entries[0].name) if len(job.entries) == 1 else f"{len(job.entries)} runs"
        parts = [f" {sign} {name}", *self._told(session, job), f"{queued} queued" if queued else ""]
        return "  ".join(filter(None, parts))

    def _told(self, session: Session, job: JobProgress) -> list[str]:
        said = [e.history.progress for e in job.entries if not e.history.ended]
        preparing = [p for p in said if isinstance(p, Preparing)]
        if preparing and len(preparing) == len(said):  # else some train already
            return [describe(preparing[0])]
        if (batch := job.batch) is not None:
            return [*_batch(batch, job.entries[0].config.epochs), "paused" if session.paused else ""]
        done, planned = job.done, job.planned
        if not done:
            return ["paused" if session.paused else "starting"]
        filled = min(BAR, round(BAR * done / max(1, planned)))
        bar = self._glyphs.bar * filled + self._glyphs.rest * (BAR - filled)
        epoch = f"epoch {ceil(done)}/{planned}" if len(job.entries) == 1 else f"{100 * done / max(1, planned):.0f} %"
        if session.paused:
            return [f"{bar} {epoch}", "paused"]
        pace = left = ""
        if rate := job.examples_per_second:
            unit = "points" if job.entries[0].config.data.dataset in TOY_DATASETS else "images"
            pace = f"{rate:,.0f} {unit}/s"
        if (seconds := job.seconds_left) is not None:
            left = f"{duration(seconds)} left"
        return [f"{bar} {epoch}", pace, left]


def _before(session: Session) -> str:
    """What runs in the queue wait for while none trains."""
    if not session.trainer.ready:
        return "PyTorch is loading, then "
    return "a checkpoint is being read, then " if session.looking.waits else ""


def _batch(batch: Batch, epochs: int) -> list[str]:
    """What one batch did."""
    return [
        f"epoch {batch.epoch}/{epochs} batch {batch.step}/{batch.steps}",
        f"loss {batch.loss:.4f}  gradient {batch.grad_norm:.3g}  update/weight {batch.update_ratio:.1e}",
    ]


def _asked(session: Session) -> str:
    """What the preset is there to find out, while nothing has been trained."""
    return harmless(session.draft.preset.description.partition("\n")[0]) or "press r to train"


def _latest(session: Session) -> str:
    """The result of the run that ended last."""
    ended = [e for e in session.runs if e.history.ended and e.history.best]
    if not ended:
        return ""
    entry = max(ended, key=lambda e: e.history.ended.time if e.history.ended else 0.0)
    best, end = entry.history.best, entry.history.ended
    assert best is not None and end is not None
    test = f", test {100 * end.test_acc:.2f} %" if end.test_acc is not None else ""
    name = harmless(entry.name)
    figures = f"best epoch {best.epoch}, validation {100 * best.val_acc:.2f} %{test}"
    if end.status in ("interrupted", "stopped"):
        figures = f"epoch {end.epochs} of {entry.config.epochs}, C on it continues, {figures}"
    return f"{name} {end.status}: {figures}"
