"""``regtui run``: one run or a sweep, no screen."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from trainer.config import RunConfig
from trainer.config.properties import parse, replace
from trainer.errors import ConfigError, RegtuiError
from trainer.events import Ended, Epoch, Error, Event, Preparing, Progress, event_line
from trainer.execution import Execution, Member
from trainer.presets import load_preset
from trainer.store import RunStore
from trainer.sweep import expand
from tui.harmless import harmless


def members_of(preset: str, settings: Sequence[str], seed: int | None) -> tuple[RunConfig, ...]:
    """The configs of a preset with ``PATH=VALUE`` changes.

    Raises:
        InputError: the preset or a change is not valid.
    """
    found = load_preset(preset)
    config = found.config
    grid = dict(found.grid)
    for item in settings:
        path, equals, text = item.partition("=")
        if not equals:
            raise ConfigError(f"--set {item!r}: must be PATH=VALUE, such as regularization.dropout=0.5")
        config = replace(config, path, parse(config, path, text))
        grid.pop(path, None)
    if seed is not None:
        config = replace(config, "seed", seed)
        grid.pop("seed", None)
    return expand(config, grid) if grid else (config,)


def run(arguments: argparse.Namespace) -> int:
    """Train; the exit status."""
    configs = members_of(arguments.preset, arguments.set, arguments.seed)
    store = RunStore(arguments.runs)
    members = [store.new_run(config) for config in configs]
    execution = Execution(arguments.device, arguments.threads, arguments.data)
    report = _Report(members, as_json=arguments.json, quiet=arguments.quiet)
    status = 0
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)
    try:
        status = _train(members, execution, store, report)
    except KeyboardInterrupt:
        for member in members:
            ended = store.close_run(member.run, "interrupted")
            if ended is not None:
                report.show(ended)
        status = 130
    except RegtuiError as error:
        for member in members:
            store.close_run(member.run, "failed", str(error))
        raise
    report.close()
    if unsaved := store.unsaved:
        report.tell(f"{len(unsaved)} runs could not be saved whole: {', '.join(unsaved)}")
        status = status or 1
    return status


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _train(members: Sequence[Member], execution: Execution, store: RunStore, report: _Report) -> int:
    from trainer.engine import train

    failed = False
    for event in train(members, execution):
        report.tell(store.record(event))
        report.show(event)
        failed |= isinstance(event, Ended) and event.status in ("failed", "diverged")
    return int(failed)


class _Report:
    """What the user sees: events on standard output with ``--json``, else text on standard error and output."""

    def __init__(self, members: Sequence[Member], *, as_json: bool, quiet: bool) -> None:
        self.names = {member.run: harmless(member.config.name) for member in members}
        self.as_json, self.quiet = as_json, quiet
        self.ends: dict[str, tuple[Ended, Epoch | None]] = {}
        self._last: dict[str, Epoch] = {}
        self._bar = sys.stderr.isatty() and not quiet and not as_json

    def show(self, event: Event) -> None:
        """Take one event."""
        if self.as_json:
            if not isinstance(event, Preparing | Progress):
                sys.stdout.write(event_line(event))
                sys.stdout.flush()
            return
        match event:
            case Progress() if self._bar:
                share = event.step / event.steps
                left = "" if event.seconds_left != event.seconds_left else f", {event.seconds_left:.0f} s left"
                bar = "█" * round(20 * share) + "·" * (20 - round(20 * share))
                self._line(f"epoch {event.epoch} {bar} {event.examples_per_second:,.0f} images/s{left}", end="\r")
            case Preparing() if self._bar:
                self._line(event.text, end="\r")
            case Epoch():
                self._last[event.run] = event
                if not self.quiet:
                    self._line(
                        f"{self.names[event.run]}  epoch {event.epoch:>3}  train {event.fit_acc:.4f}  "
                        f"val {event.val_acc:.4f}  val loss {event.val_loss:.4f}  {event.seconds:.2f} s"
                    )
            case Error():
                self._line(f"{self.names[event.run]}: {harmless(event.message)}")
            case Ended():
                self.ends[event.run] = (event, self._last.get(event.run))
            case _:
                pass

    def tell(self, text: str) -> None:
        """Something that the user must hear of, if it is anything."""
        if text:
            self._line(f"regtui: {harmless(text)}")

    def _line(self, text: str, end: str = "\n") -> None:
        sys.stderr.write(("\x1b[2K\r" if self._bar else "") + text + end)
        sys.stderr.flush()

    def close(self) -> None:
        """The runs' results, on standard output."""
        if self.as_json:
            return
        for run, (ended, last) in self.ends.items():
            figures = f"  val {last.val_acc:.4f}  gap {last.gap:+.4f}" if last else ""
            test = f"  test {ended.test_acc:.4f}" if ended.test_acc is not None else ""
            sys.stdout.write(f"{run}  {self.names[run]}  {ended.status}{figures}{test}\n")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command."""
    parser = commands.add_parser("run", help="train one run or a sweep without the app")
    parser.add_argument("preset", metavar="PRESET", help="name of a preset, or path of a JSON file")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="change a setting")
    parser.add_argument("--seed", type=int, metavar="N", help="initial weights, batch order and masks")
    parser.add_argument("--json", action="store_true", help="print events, one JSON object a line")
    parser.add_argument("--quiet", action="store_true", help="print results only")
    parser.set_defaults(command=run)


def list_runs(arguments: argparse.Namespace) -> int:
    """Print the runs, oldest first."""
    from trainer.store import BrokenRun, summary

    for history in RunStore(arguments.runs).histories():
        if isinstance(history, BrokenRun):
            sys.stderr.write(harmless(history.reason) + "\n")
        elif arguments.json:
            sys.stdout.write(json.dumps(summary(history)) + "\n")
        else:
            last = history.last
            figures = f"val {last.val_acc:.4f}  gap {last.gap:+.4f}" if last else ""
            status = history.status or "unfinished"
            sys.stdout.write(f"{harmless(history.run)}  {status}  {len(history.epochs)} epochs  {figures}\n")
    return 0


def default_runs() -> Path:
    """``$REGTUI_RUNS``, else ``./runs``."""
    import os

    return Path(os.environ.get("REGTUI_RUNS") or "runs")
