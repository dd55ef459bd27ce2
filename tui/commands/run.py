"""``regtui run``: one run or a sweep, no screen."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from types import FrameType
from typing import Literal

from trainer.config import RunConfig
from trainer.config.properties import parse, replace
from trainer.errors import ConfigError, InputError, RegtuiError
from trainer.events import Checkpoint, Ended, Event
from trainer.execution import Execution, Member
from trainer.presets import load_preset
from trainer.store import RunStore
from trainer.sweep import expand
from tui.arguments import Commands, add_command, add_execution, add_runs
from tui.commands.report import Report, report_to
from tui.harmless import harmless

Train = Callable[[Sequence[Member], Execution], Generator[Event, None, None]]


def members_of(preset: str, settings: Sequence[str], seed: str | None) -> tuple[RunConfig, ...]:
    """The configs of a preset with ``PATH=VALUE`` changes; a changed setting is no longer one of the grid's.

    Raises:
        InputError: the preset or a change is not valid.
    """
    found = load_preset(preset)
    changes = [*map(_change, settings), *([("seed", seed)] if seed is not None else [])]
    config = _changed(found.config, changes)
    grid = {path: values for path, values in found.grid.items() if not any(_touch(path, set_) for set_, _ in changes)}
    return expand(config, grid) if grid else (config,)


def _change(item: str) -> tuple[str, str]:
    path, equals, text = item.partition("=")
    if not equals or not path:
        raise ConfigError(f"--set {item!r}: must be PATH=VALUE, such as regularization.dropout=0.5")
    return path, text


def _touch(a: str, b: str) -> bool:
    """Whether one path holds the other, such as ``scheduler`` and ``scheduler.name``."""
    return a == b or a.startswith(f"{b}.") or b.startswith(f"{a}.")


def _changed(config: RunConfig, changes: Iterable[tuple[str, str]]) -> RunConfig:
    """The config with all changes, in any order: one that needs another, as nesterov needs momentum, waits for it."""
    waiting = list(changes)
    while waiting:
        refused: list[tuple[tuple[str, str], ConfigError]] = []
        for path, text in waiting:
            try:
                config = replace(config, path, parse(config, path, text))
            except ConfigError as error:
                refused.append(((path, text), error))
        if len(refused) == len(waiting):
            raise ConfigError("; ".join(dict.fromkeys(str(error) for _, error in refused)))
        waiting = [change for change, _ in refused]
    return config


def run(arguments: argparse.Namespace) -> int:
    """Train; the exit status."""
    configs = members_of(arguments.preset, arguments.set, arguments.seed)
    store = RunStore(arguments.runs)
    execution = Execution(arguments.device, arguments.threads, arguments.data)
    return train_and_record(store, (store.new_run(config) for config in configs), execution, arguments)


def train_and_record(
    store: RunStore, coming: Iterable[Member], execution: Execution, arguments: argparse.Namespace
) -> int:
    """Claim the members that come, train them, record and report; the exit status.

    Raises:
        RegtuiError: what the store or the engine refuses.
    """
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:  # as nohup sets it
            signal.signal(getattr(signal, name), _interrupt)
    train = _engine(execution)
    members: list[Member] = []
    with report_to(as_json=arguments.json, quiet=arguments.quiet) as report:
        try:
            members.extend(coming)
            report.expect(members)
            status = _consume(train(members, execution), store, report)
        except (KeyboardInterrupt, BrokenPipeError):
            _end_all(members, store, report, "interrupted")
            status = 130
        except (RegtuiError, OSError) as error:
            _end_all(members, store, report, "failed", str(error))
            raise
    if unsaved := store.unsaved:
        sys.stderr.write(f"regtui: {len(unsaved)} runs could not be saved whole: {', '.join(map(harmless, unsaved))}\n")
        status = status or 1
    return status


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _engine(execution: Execution) -> Train:
    """The engine, once it is sure that it can train on this device: no run is made of what is refused."""
    try:
        from trainer.engine import train
        from trainer.engine.device import resolve_device
    except (ImportError, OSError, RuntimeError) as error:  # torch is missing, or does not fit this machine
        raise InputError(f"PyTorch cannot be imported ({error}); `regtui doctor` tells more") from None
    resolve_device(execution.device)
    return train


def _consume(events: Generator[Event, None, None], store: RunStore, report: Report) -> int:
    """Record and show each event; the exit status."""
    failed = False
    with closing(events):
        for event in events:
            report.tell(store.record(event))
            if isinstance(event, Checkpoint):
                report.tell(event.problem)
            report.show(event)
            failed |= isinstance(event, Ended) and event.status in ("failed", "diverged")
    return int(failed)


def _end_all(
    members: Sequence[Member],
    store: RunStore,
    report: Report,
    status: Literal["interrupted", "failed"],
    message: str = "",
) -> None:
    """End what has not ended, though nobody may read of it any more."""
    for member in members:
        with suppress(OSError):
            if (ended := store.close_run(member.run, status, message)) is not None:
                report.show(ended)


def add_parser(commands: Commands, known: Mapping[str, str]) -> None:
    """Declare the command."""
    parser = add_command(commands, "run", known["run"])
    parser.add_argument("preset", metavar="PRESET", help="name of a preset, or path of a JSON file")
    parser.add_argument("--set", action="append", default=[], metavar="PATH=VALUE", help="change a setting")
    parser.add_argument("--seed", metavar="N", help="initial weights, batch order and masks")
    add_reporting(parser)
    add_runs(parser)
    add_execution(parser)
    parser.set_defaults(command=run)


def add_reporting(parser: argparse.ArgumentParser) -> None:
    """Declare what is printed while it trains."""
    parser.add_argument("--json", action="store_true", help="print events, one JSON object a line")
    parser.add_argument("--quiet", action="store_true", help="print results only")
