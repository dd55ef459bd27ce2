"""The first look at a run: what a table shows, from four lines of its events. Its curve is read when it is drawn."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from trainer.errors import FileError
from trainer.events import Ended, Epoch, Event, Started, parse_event
from trainer.history import RunHistory
from trainer.store.event_log import LARGEST_EVENTS
from trainer.store.reading import read_history
from trainer.untrusted import read_bytes


def read_header(folder: Path) -> RunHistory:
    """A run without its curve (``whole`` is False): its start, its best and last epoch, its end.

    That can be had cheaply of a run that went through undisturbed, where line n is epoch n; any other is read whole.

    Raises:
        StoreError: there is no such run, or nothing of it can be read.
    """
    events = [] if folder.is_symlink() else _few_events(folder / "events.jsonl")
    if not events:
        return read_history(folder)
    first = events[0]
    assert isinstance(first, Started)
    history = RunHistory(folder.name, first.config, whole=False)
    for event in events:
        history.apply(event)
    return history


def _few_events(path: Path) -> list[Event]:
    """Start, best epoch, last epoch and end; nothing when the file is not as an undisturbed run writes it."""
    try:
        content = read_bytes(path, LARGEST_EVENTS, "the events of a run")
        lines = content.split(b"\n")
        first, last = parse_event(lines[0]), parse_event(lines[-2] if len(lines) > 1 else b"")
        if not isinstance(first, Started) or not isinstance(last, Ended) or lines[-1] or last.best_epoch is None:
            return []
        if len(lines) != last.epochs + 3 or not 1 <= last.best_epoch <= last.epochs:  # start, epochs, end, "" behind it
            return []
        numbers = sorted({last.best_epoch, last.epochs})
        epochs = [parse_event(lines[number]) for number in numbers]
    except (OSError, FileError, ValidationError):
        return []
    if any(not isinstance(e, Epoch) or e.epoch != number for e, number in zip(epochs, numbers, strict=True)):
        return []
    return [first, *epochs, last]
