"""What trains now, how far it is and how long it takes: one line; before the first run, what a preset asks."""

from __future__ import annotations

from math import ceil

from textual.content import Content
from textual.widgets import Static

from trainer.config import TOY_DATASETS
from trainer.events import Batch, Preparing
from tui.following import whose
from tui.glyphs import Glyphs
from tui.harmless import harmless
from tui.job_progress import JobProgress
from tui.pace import duration
from tui.preparation import describe
from tui.run_entry import RunEntry
from tui.session import Session
from tui.widgets.run_columns import state, status, test_told

BAR = 16


class StatusLine(Static):
    """Changes the screen only when its text does."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__("", id="status")
        self._glyphs = glyphs
        self._text = ""

    def tell(self, session: Session, chosen: RunEntry | None) -> None:
        """Take the session's state; while nothing trains, the line is about the selected run."""
        text = self._state(session, chosen)
        if text != self._text:
            self._text = text
            self.update(Content(text), layout=False)  # as high as it is, whatever it says

    def _state(self, session: Session, chosen: RunEntry | None) -> str:
        queued, job = len(session.runs.queued), session.job
        if job is None or not session.runs.training:
            if queued:
                return f"{_before(session)}{'1 run starts' if queued == 1 else f'{queued} runs start'}"
            return _result(chosen) if chosen is not None else _asked(session)
        job.tick(paused=session.paused)
        sign = self._glyphs.pause if session.paused else self._glyphs.run
        name = harmless(job.entries[0].label) if len(job.entries) == 1 else f"{len(job.entries)} runs"
        parts = [f"{sign} {name}", *self._told(session, job), f"{queued} queued" if queued else ""]
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


def _result(entry: RunEntry) -> str:
    """What a run came to, and what there is to do about one that is not through."""
    history, name = entry.history, harmless(entry.label)
    done = f"epoch {history.epochs_done} of {entry.config.epochs}"
    if entry.state == "elsewhere":
        return f"{name} trains in another process ({whose(entry.owner)}): {done}, s stops it"
    if history.started is None:
        return f"{name} has not begun: C begins it, and its sweep"
    said = [f"{done}, C continues it"] * (state(entry) == "stopped")
    if history.best is not None:
        said.append(f"best epoch {history.best.epoch}, validation {100 * history.best.val_acc:.2f} %")
    said += test_told(history)
    return f"{name} {status(entry)}" + (f": {', '.join(said)}" if said else "")
