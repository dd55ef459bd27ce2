"""A run as its folder tells it: everything that can be read, and a word on the rest. The folder may be a stranger's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BufferedReader, FileIO
from pathlib import Path

from pydantic import ValidationError

from trainer.config import RunConfig
from trainer.config.problems import shorten
from trainer.config.properties import validate
from trainer.errors import ConfigError, FileError, StoreError
from trainer.events import Started, parse_event
from trainer.history import RunHistory
from trainer.store.event_log import LARGEST_EVENTS
from trainer.store.ids import is_id
from trainer.store.origin import read_origin
from trainer.untrusted import open_regular, read_object

LONGEST_LINE = 1 << 18
MOST_DAMAGE = 100
"""Lines that are no events, after which the rest of a file is not worth reading."""


def list_runs(root: Path) -> tuple[str, ...]:
    """All runs of a folder, oldest first; links are left out, for they may lead anywhere.

    Raises:
        StoreError: the folder cannot be read.
    """
    try:
        with os.scandir(root) as entries:
            found = [entry.name for entry in entries if is_id(entry.name) and _is_run(entry)]
    except FileNotFoundError:
        return ()
    except OSError as error:
        told = f"runs folder {root}: cannot be read ({error.strerror}); choose another with --runs DIR"
        raise StoreError(told) from None
    return tuple(sorted(found))


def _is_run(entry: os.DirEntry[str]) -> bool:
    if entry.is_symlink():
        return False
    return any(Path(entry.path, name).is_file() for name in ("config.json", "events.jsonl"))


def read_history(folder: Path) -> RunHistory:
    """Replay a run; a torn last line is left out, and ``damage`` tells what else could not be read.

    Raises:
        StoreError: there is no such run, or nothing of it can be read.
    """
    run, events = folder.name, folder / "events.jsonl"
    if folder.is_symlink():
        raise StoreError(f"run {run}: is a link; a run is a folder in the runs folder")
    config, problem = _read_config(folder)
    config = config or _config_of_events(events)
    if config is None:
        raise StoreError(f"run {run}: {problem}")
    history, damage = RunHistory(run, config), [problem] if problem else []
    try:
        damage += _replay(events, history)
    except FileNotFoundError:
        pass  # it was claimed, and nothing has happened yet
    except OSError as error:
        raise StoreError(f"run {run}: events.jsonl cannot be read ({error.strerror})") from None
    except FileError as error:
        damage.append(_without(folder, error))
    if history.started is None:
        try:
            history.origin = read_origin(folder)
        except StoreError as error:
            damage.append(_without(folder, error))
    history.damage = "; ".join(damage)
    return history


def _read_config(folder: Path) -> tuple[RunConfig | None, str]:
    """The config, or why it cannot be had."""
    try:
        return validate(read_object(folder / "config.json", "a config")), ""
    except OSError as error:
        return None, f"config.json cannot be read ({error.strerror})"
    except FileError as error:
        return None, _without(folder, error)
    except ConfigError as error:
        return None, f"config.json is not the config of a run: {error}"


def _without(folder: Path, error: FileError | StoreError) -> str:
    return str(error).removeprefix(f"{folder}/")


def _config_of_events(events: Path) -> RunConfig | None:
    """What the run says of itself when it starts."""
    first = _first_event(events)
    return first.config if first else None


def first_company(folder: Path) -> tuple[str, ...]:
    """Who trained side by side with a run when it began, itself included."""
    first = _first_event(folder / "events.jsonl")
    return first.beside if first and folder.name in first.beside else (folder.name,)


def _first_event(events: Path) -> Started | None:
    try:
        with open_regular(events) as file:
            first = parse_event(file.read(LONGEST_LINE).partition(b"\n")[0])
    except (OSError, FileError, ValidationError):
        return None
    return first if isinstance(first, Started) else None


def _replay(events: Path, history: RunHistory) -> list[str]:
    """Apply all events; what could not be read."""
    bad: list[int] = []
    with open_regular(events) as raw, BufferedReader(raw, 1 << 16) as file:
        for number, line in enumerate(_lines(file), start=1):
            try:
                history.apply(parse_event(line))
            except ValidationError:
                bad.append(number)
                if len(bad) == MOST_DAMAGE:
                    return [f"events.jsonl, from line {bad[0]} on: {MOST_DAMAGE} are not events; the rest is unread"]
        cut = file.tell() >= LARGEST_EVENTS
    damage = [f"events.jsonl: only its first {LARGEST_EVENTS:,} bytes were read"] if cut else []
    if bad:
        numbers = shorten(", ".join(map(str, bad)), 40)
        damage.insert(0, f"events.jsonl, line {numbers}: not an event")
    return damage


def _lines(file: BufferedReader[FileIO]) -> Iterator[bytes]:
    """Whole lines, each cut at its longest allowed length; what follows the last newline is torn, and left out."""
    while file.tell() < LARGEST_EVENTS:
        line = file.readline(LONGEST_LINE)
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE)
        if not rest:
            return
        yield line
