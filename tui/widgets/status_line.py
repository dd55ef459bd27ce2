"""What trains now, how far it is and how long it takes: one line."""

from __future__ import annotations

from math import ceil, isfinite

from textual.content import Content
from textual.widgets import Static

from trainer.events import Preparing, Progress
from tui.glyphs import Glyphs
from tui.harmless import harmless
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
            self.update(Content(text))

    def _state(self, session: Session) -> str:
        training, queued = session.runs.training, len(session.runs.queued)
        waiting = f"  {queued} queued" if queued else ""
        if not training:
            if queued:
                return f" PyTorch is loading, then {queued} run{'s' * (queued != 1)} start"
            return f" {_latest(session) or 'press r to train'}"
        sign = self._glyphs.pause if session.paused else self._glyphs.run
        first = training[-1]
        progress = next((e.history.progress for e in training if e.history.progress), None)
        name = harmless(first.name) if len(training) == 1 else f"{len(training)} runs"
        match progress:
            case Progress():
                bar = self._bar(progress.epoch - 1 + progress.step / progress.steps, first.config.epochs)
                pace = self._pace(session, progress)
                return f" {sign} {name}  {bar}{pace}{waiting}"
            case Preparing():
                return f" {sign} {name}  {describe(progress)}{waiting}"
            case _ if first.history.last:  # epochs too short for progress within them
                bar = self._bar(first.history.last.epoch, first.config.epochs)
                return f" {sign} {name}  {bar}{'  paused' if session.paused else ''}{waiting}"
            case _:
                return f" {sign} {name}  starting{waiting}"

    def _bar(self, done: float, epochs: int) -> str:
        filled = min(BAR, round(BAR * done / epochs))
        return f"{self._glyphs.bar * filled}{self._glyphs.rest * (BAR - filled)} epoch {ceil(done)}/{epochs}"

    def _pace(self, session: Session, progress: Progress) -> str:
        if session.paused:
            return "  paused"
        left = ""
        if isfinite(progress.seconds_left):
            minutes, seconds = divmod(round(progress.seconds_left), 60)
            left = f"  {minutes}:{seconds:02} left"
        return f"  {progress.examples_per_second:,.0f} images/s{left}"


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
    return f"{name} {end.status}: best epoch {best.epoch}, validation {100 * best.val_acc:.2f} %{test}"
