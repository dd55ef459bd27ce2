"""The lines under the charts: what the selected run says against another, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.content import Content
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from tui.answers import Answer, Known, Question, answer
from tui.charts.words import wrapped
from tui.glyphs import Glyphs
from tui.harmless import harmless


class VerdictLines(Widget):
    """Asked anew whenever something changed; answers in a thread, one question at a time, always the latest."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(id="verdict")
        self._glyphs = glyphs
        self.answer = Answer()
        self._known: Known = {}
        self._next: Callable[[], Question] | None = None
        self._busy = False
        self._of_sweep = False
        self._waiting: list[Callable[[Answer], None]] = []
        self._served: list[Callable[[Answer], None]] = []
        """Who waits for the answer to what is being answered."""

    def then(self, call: Callable[[Answer], None]) -> None:
        """Call with the answer to what is asked next: the one that stands may be about another run."""
        self._waiting.append(call)

    def ask(self, asked: Callable[[], Question] | None, *, of_sweep: bool) -> None:
        """Answer this when the last answer is given; nothing when nothing is selected."""
        if of_sweep != self._of_sweep:
            self._of_sweep = of_sweep
            self.refresh()
        self._next = asked
        if asked is None:
            self._tell(Answer())
            self._serve(self._take_waiting())
        elif not self._busy:
            self._start()

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._busy

    def _start(self) -> None:
        if self._next is not None and self.is_attached:
            self._busy, asked, self._next = True, self._next(), None
            self._served = self._take_waiting()
            work = partial(answer, asked, self._known)  # without a description, Textual writes down all of the question
            self.run_worker(work, description="verdict", thread=True, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Take the answer; go on with what was asked meanwhile."""
        event.stop()
        if event.state in (WorkerState.SUCCESS, WorkerState.ERROR, WorkerState.CANCELLED):
            self._busy = False
            if event.state is WorkerState.SUCCESS and isinstance(event.worker.result, Answer):
                self._tell(event.worker.result)
            elif event.worker.error is not None:
                self.log.error(event.worker.error)
            served, self._served = self._served, []
            self._serve(served)
            self._start()

    def _take_waiting(self) -> list[Callable[[Answer], None]]:
        waiting, self._waiting = self._waiting, []
        return waiting

    def _serve(self, calls: list[Callable[[Answer], None]]) -> None:
        for call in calls:
            call(self.answer)

    def _tell(self, found: Answer) -> None:
        if found != self.answer:
            self.answer = found
            self.refresh()

    def render(self) -> Content:
        """A line each; on the pages of sweeps the answer of the sweep has both."""
        width, height = self.size.width - 2, self.size.height
        found = self.answer
        if self._of_sweep and found.sweep:
            lines = [Content.styled(line, "$accent") for line in self._fitted(found.sweep, width, height)]
        else:
            told = found.diagnosis
            room = height if told is None else 1
            lines = [Content.styled(line, "$accent") for line in self._fitted(self._told(width * room), width, room)]
            if told is not None:
                short = f"{told.finding}. Try {told.advice}."
                line = Content(harmless(told.line if len(told.line) <= width else short))
                lines = ([*lines, line] if height > 1 or not lines else lines)[:height]
        return Content("\n").join(line.truncate(width, ellipsis=True) for line in lines)

    def _told(self, room: int) -> str:
        """The verdict in full, or in brief where it would be cut off before it says what to do."""
        found = self.answer
        return found.brief if found.brief and len(found.verdict) > room else found.verdict

    def _fitted(self, text: str, width: int, height: int) -> list[str]:
        """In at most so many lines; what does not fit is left out with a sign."""
        lines = wrapped(harmless(text), max(1, width)) if text else []
        if len(lines) > height:
            lines = [*lines[: height - 1], lines[height - 1][: max(0, width - 1)] + self._glyphs.more]
        return lines
