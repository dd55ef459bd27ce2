"""What ``regtui run`` tells while it trains: events with ``--json``, else lines, with a bar below them on a terminal.

Results go to standard output; everything that passes by goes to standard error.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.text import Text

from trainer.config import TOY_DATASETS
from trainer.events import Ended, Epoch, Error, Event, PassingEvent, Preparing, Progress, Started, event_line
from trainer.execution import Member
from tui.harmless import harmless
from tui.preparation import describe

DRAW_SECONDS = 0.1
"""Between two drawings of the bar: it is drawn by the process that trains."""


class Report(Protocol):
    """Takes what is going to be trained, then the events as they come."""

    def expect(self, members: Sequence[Member]) -> None:
        """Learn what is going to be trained."""

    def show(self, event: Event) -> None:
        """Take one event."""

    def tell(self, text: str) -> None:
        """Say what the user must hear of, if it is anything."""


class EventReport:
    """Stored events on standard output, one JSON object a line, and nothing else."""

    def __init__(self) -> None:
        """JSON is UTF-8, whatever the locale."""
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8")

    def expect(self, members: Sequence[Member]) -> None:
        """The events tell."""

    def show(self, event: Event) -> None:
        """Print one event."""
        if not isinstance(event, PassingEvent):
            sys.stdout.write(event_line(event))
            sys.stdout.flush()

    def tell(self, text: str) -> None:
        """Standard error is free."""
        if text:
            sys.stderr.write(f"regtui: {harmless(text)}\n")


class LineReport:
    """A line per finished epoch (of all members side by side), and a result per run."""

    def __init__(self, *, quiet: bool) -> None:
        """``quiet`` leaves the results and what went wrong."""
        self.quiet = quiet
        self._names: dict[str, str] = {}
        self._epochs: list[Epoch] = []
        """Of one number, not yet told."""
        self._last: dict[str, Epoch] = {}
        self._prepared = ""

    def expect(self, members: Sequence[Member]) -> None:
        """Learn the names."""
        self._names = {member.run: harmless(member.config.name) for member in members}

    def show(self, event: Event) -> None:
        """Take one event."""
        if self._epochs and not (isinstance(event, Epoch) and event.epoch == self._epochs[0].epoch):
            self._tell_epoch()
        match event:
            case Preparing() if event.total and event.text != self._prepared:  # a download, which may take minutes
                self._prepared = event.text
                self._pass_by(f"{harmless(event.text)} ...")
            case Epoch():
                self._last[event.run] = event
                self._epochs.append(event)
                if len(self._names) == 1:
                    self._tell_epoch()
            case Error():
                self._complain(f"{self._names[event.run]}: {harmless(event.message)}")
            case Ended():
                self._result(self._result_line(event))
            case _:
                pass

    def tell(self, text: str) -> None:
        """Say it, quiet or not."""
        if text:
            self._complain(f"regtui: {harmless(text)}")

    def _tell_epoch(self) -> None:
        first, several = self._epochs[0], len(self._epochs) > 1
        values = sorted(e.val_acc for e in self._epochs)
        figures = (
            f"val {values[0]:.4f} to {values[-1]:.4f}"
            if several
            else f"train {first.fit_acc:.4f}  val {first.val_acc:.4f}  val loss {first.val_loss:.4f}"
        )
        who = f"{len(self._epochs)} runs" if several else self._names[first.run]
        self._pass_by(f"{who}  epoch {first.epoch:>3}  {figures}  {first.seconds:.2f} s")
        self._epochs.clear()

    def _result_line(self, ended: Ended) -> str:
        last = self._last.get(ended.run)
        count = f"{ended.epochs} epoch{'s' * (ended.epochs != 1)}"
        figures = f"  {count}  val {last.val_acc:.4f}  gap {last.gap:+.4f}" if last else ""
        test = f"  best epoch {ended.best_epoch}  test {ended.test_acc:.4f}" if ended.test_acc is not None else ""
        return f"{harmless(ended.run)}  {ended.status}{figures}{test}"

    def _pass_by(self, line: str) -> None:
        if not self.quiet:
            self._complain(line)

    def _complain(self, line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def _result(self, line: str) -> None:
        with suppress(BrokenPipeError):  # nobody reads the results; the runs are kept all the same
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


class BarReport(LineReport):
    """Lines, and below them one bar for everything that is to be trained."""

    def __init__(self, console: Console) -> None:
        """The bar appears with the first event and is gone at the end."""
        super().__init__(quiet=False)
        self.bar = ProgressBar(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(markup=True),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[left]}", markup=False),
            console=console, auto_refresh=False, transient=True, redirect_stdout=False,
        )  # fmt: skip
        self._task = self.bar.add_task("", total=None, rate="", left="")
        self._planned: dict[str, int] = {}
        self._done: dict[str, int] = {}
        self._examples: dict[str, int] = {}
        """What an epoch of a run and of those beside it trains on."""
        self._stacks: dict[str, str] = {}
        """The first of the runs that train side by side, by each of them."""
        self._in_flight: dict[str, tuple[float, float]] = {}
        """Share of the epochs in flight, and examples a second, of each stack, by its first run."""
        self._unit = "images"
        self._drawn = 0.0
        """When, on the monotonic clock."""

    def expect(self, members: Sequence[Member]) -> None:
        """Learn how much there is to do, in epochs of single runs."""
        super().expect(members)
        self._planned = {member.run: member.config.epochs for member in members}
        self._unit = "points" if members[0].config.data.dataset in TOY_DATASETS else "images"

    def show(self, event: Event) -> None:
        """Take one event."""
        super().show(event)
        match event:
            case Preparing():
                self._update(describe(event))
            case Started():
                self._examples[event.run] = event.train_examples * max(1, len(event.beside))
                self._stacks[event.run] = (event.beside or (event.run,))[0]
            case Epoch():  # one that is over sooner than a progress event comes moves the bar all the same
                self._done[event.run] = event.epoch
                rate = self._examples[event.run] / event.seconds if event.seconds else 0.0
                self._advance(event, 0.0, rate)
            case Ended():
                self._done[event.run] = self._planned[event.run]
                self._in_flight.pop(self._stacks.get(event.run, ""), None)
                self.bar.update(self._task, completed=sum(self._done.values()))
            case Progress():
                self._advance(event, event.members * event.step / event.steps, event.examples_per_second)
            case _:
                pass

    def _advance(self, event: Progress | Epoch, in_flight: float, rate: float) -> None:
        self._in_flight[self._stacks[event.run]] = in_flight, rate
        rates = sum(rate for _, rate in self._in_flight.values())
        self.bar.update(self._task, rate=f"{rates:,.0f} {self._unit}/s", left="left")
        self._update(self._place(event))

    def _place(self, event: Progress | Epoch) -> str:
        count = len(self._planned)
        of = f" of {count} runs" if count > 1 else ""
        return f"epoch {event.epoch}/{self._planned[event.run]}{of}"

    def _update(self, what: str) -> None:
        completed = sum(self._done.values()) + sum(share for share, _ in self._in_flight.values())
        self.bar.update(self._task, description=what, completed=completed, total=sum(self._planned.values()))
        if (now := time.monotonic()) - self._drawn >= DRAW_SECONDS:
            self._drawn = now
            self.bar.refresh()

    def _complain(self, line: str) -> None:
        self.bar.console.print(Text(line), soft_wrap=True)

    def _result(self, line: str) -> None:
        if sys.stdout.isatty():  # the bar's own terminal
            self._complain(line)
        else:
            super()._result(line)


@contextmanager
def report_to(*, as_json: bool, quiet: bool) -> Iterator[Report]:
    """The report that fits the options and the terminal."""
    console = Console(stderr=True, highlight=False, emoji=False)
    if as_json:
        yield EventReport()
    elif quiet or not console.is_terminal or console.is_dumb_terminal:
        yield LineReport(quiet=quiet)
    else:
        report = BarReport(console)
        with report.bar:
            yield report
