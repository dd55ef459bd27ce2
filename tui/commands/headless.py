"""Training without a screen: what ``regtui run`` does, and ``regtui resume`` with it."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from types import FrameType
from typing import Literal

from trainer.analysis import metric_named
from trainer.background import start_in_background, told_stopped
from trainer.engines import Train, engine_for
from trainer.errors import RegtuiError
from trainer.events import Checkpoint, Ended, Event, Started
from trainer.execution import FRESH, Execution, Member, Origin
from trainer.history import RunHistory
from trainer.store import RunStore
from trainer.store.forking import parse_origin
from trainer.store.ids import find_run
from tui.arguments import execution_of
from tui.commands.answer import Answer, check_writable
from tui.commands.plan import plan
from tui.commands.report import Report, report_to
from tui.harmless import harmless


def run(arguments: argparse.Namespace) -> int:
    """Train; the exit status."""
    metric = metric_named(arguments.metric)
    wanted = plan(arguments.preset, arguments.set, arguments.seed, seeds=arguments.seeds, ablate=arguments.ablate)
    if arguments.summary is not None:
        check_writable(arguments.summary)
    store = RunStore(arguments.runs)
    origin = _origin(store, arguments.origin) if arguments.origin else FRESH
    execution = execution_of(arguments)
    histories: dict[str, RunHistory] = {}
    members = (
        store.new_run(config, replace(origin, membership=membership))
        for config, membership in zip(wanted.members, wanted.memberships, strict=True)
    )

    if arguments.detach:
        return detach(store, list(members), execution)

    def keep(event: Event) -> None:
        if isinstance(event, Started):
            histories[event.run] = RunHistory(event.run, event.config)
        if event.run in histories:
            histories[event.run].apply(event)

    with engine_for(wanted.members, execution) as train:
        status = train_and_record(store, members, train, arguments, keep)
    if status != 130 and histories:
        _answer(Answer(histories.values(), wanted.config, metric, ablates=wanted.ablates), arguments)
    return status


def _origin(store: RunStore, text: str) -> Origin:
    """``RUN@EPOCH``, where a beginning or an end of the run's id will do."""
    origin = parse_origin(text)
    run = find_run(origin.parent or "", store.run_ids())
    return replace(origin, parent=run) if run else origin


def train_and_record(
    store: RunStore,
    coming: Iterable[Member],
    train: Train,
    arguments: argparse.Namespace,
    seen: Callable[[Event], None] = lambda event: None,
) -> int:
    """Claim the members that come, train them, record and report; the exit status. ``seen`` hears of every event.

    Raises:
        RegtuiError: what the store or the engine refuses.
    """
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:  # as nohup sets it
            signal.signal(getattr(signal, name), _interrupt)
    members: list[Member] = []
    with report_to(as_json=arguments.json, quiet=arguments.quiet) as report:
        try:
            members.extend(coming)
            report.expect(members)
            status = _consume(train(members), store, report, seen)
        except (KeyboardInterrupt, BrokenPipeError):
            _end_all(members, store, report, "interrupted")
            status = 130
        except _Stopped as stopped:
            _end_all(members, store, report, "stopped", told_stopped(str(stopped)))
            status = 130
        except (RegtuiError, OSError) as error:
            _end_all(members, store, report, "failed", str(error))
            raise
    if unsaved := store.unsaved:
        sys.stderr.write(f"regtui: {len(unsaved)} runs could not be saved whole: {', '.join(map(harmless, unsaved))}\n")
        status = status or 1
    return status


def _answer(answer: Answer, arguments: argparse.Namespace) -> None:
    """What several runs came to; events alone stand on standard output with ``--json``."""
    if not arguments.json and not answer.one_run:
        answer.show()
    if arguments.summary is not None:
        answer.write(arguments.summary)


def detach(store: RunStore, members: Sequence[Member], execution: Execution) -> int:
    """Leave the members to a process of its own, and print their ids."""
    store.hand_over()
    start_in_background(store.root, [member.run for member in members], execution)
    sys.stdout.writelines(f"{member.run}\n" for member in members)
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _consume(
    events: Generator[Event, None, None], store: RunStore, report: Report, seen: Callable[[Event], None]
) -> int:
    """Record and show each event; the exit status."""
    failed = False
    with closing(events):
        for event in events:
            seen(event)
            report.tell(store.record(event))
            if isinstance(event, Checkpoint):
                report.tell(event.problem)
            report.show(event)
            failed |= isinstance(event, Ended) and event.status in ("failed", "diverged")
            if asked := store.stop_wanted:
                raise _Stopped(asked)
    return int(failed)


class _Stopped(Exception):  # noqa: N818  (it is no error)
    """Somebody who looks at the runs folder asked for it, of the run that it names."""


def _end_all(
    members: Sequence[Member],
    store: RunStore,
    report: Report,
    status: Literal["interrupted", "stopped", "failed"],
    message: str = "",
) -> None:
    """End what has not ended, though nobody may read of it any more.

    What has not begun is kept for a resume when something has.
    """
    for member in members:
        with suppress(OSError):
            if (ended := store.close_run(member.run, status, message, keep=store.has_begun)) is not None:
                report.show(ended)
