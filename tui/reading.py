"""The runs folder, read in a thread once the app is on the screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from trainer.errors import StoreError
from trainer.history import RunHistory
from trainer.store.notes import NO_NOTES, Notes
from tui.notices import Notice
from tui.screens.main import MainScreen
from tui.session import Session

RUNS_AT_ONCE = 50
"""Runs from disk that the screen takes in one go: fewer keep it from keys for a shorter time."""

FEW = 2
"""Damaged runs that are told of one by one."""


def read_runs(session: Session, screen: MainScreen, in_app: Callable[..., object]) -> None:
    """Every run on disk, newest first, so that those looked for come first; then runs of others are followed.

    ``in_app`` calls what it is given, with what is given besides, in the thread of the app.
    """
    try:
        ids = session.store.run_ids()
    except StoreError as error:
        screen.post_message(Notice(str(error), "error"))
        return
    batch: list[tuple[RunHistory, bool]] = []
    waiting: list[str] = []
    damage: list[str] = []
    for history, live in _histories(session, reversed(ids), damage):
        batch.append((history, live))
        if history.ended is None and not live:
            waiting.append(history.run)
        if len(batch) == RUNS_AT_ONCE:
            in_app(screen.found, batch)
            batch = []
    in_app(screen.found, batch)
    in_app(session.records.noted, dict(_notes(session, ids, damage)))
    for notice in _told(damage):
        screen.post_message(notice)
    in_app(screen.waiting_for_you, waiting)
    session.following.start(ids)


def _histories(session: Session, runs: Iterable[str], damage: list[str]) -> Iterator[tuple[RunHistory, bool]]:
    """Those that can be read, and whether another process trains each; what of others is wrong is added."""
    for run in runs:
        try:
            history = session.store.header(run)
        except StoreError as error:
            damage.append(str(error))
            continue
        if history.damage:
            damage.append(f"run {run}: {history.damage}")
        yield history, session.store.trains_elsewhere(run)


def _notes(session: Session, runs: Iterable[str], damage: list[str]) -> Iterator[tuple[str, Notes]]:
    """What the user says about each, where there is anything."""
    for run in runs:
        notes, wrong = session.store.notes(run)
        if wrong:
            damage.append(wrong)
        if notes != NO_NOTES:
            yield run, notes


def _told(damage: Sequence[str]) -> Iterator[Notice]:
    """A few are said one by one; of many, only that they are in the log, for they would cover the screen."""
    if len(damage) > FEW:
        yield Notice(f"{len(damage)} runs cannot be read whole: l tells which, and why.", "warning", "\n".join(damage))
    else:
        yield from (Notice(sentence, "warning") for sentence in damage)
