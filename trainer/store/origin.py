"""``origin.json``: what a run begins with besides its config, as far as it is more than nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from trainer.config import RunConfig
from trainer.dials import after
from trainer.errors import FileError, StoreError
from trainer.execution import FRESH, Change, Origin
from trainer.history import RunHistory
from trainer.untrusted import read_object


@cache
def _adapter() -> TypeAdapter[Origin]:
    return TypeAdapter(Origin)


def origin_file(origin: Origin) -> bytes:
    """The file's content."""
    return _adapter().dump_json(origin, indent=2) + b"\n"


def read_origin(folder: Path) -> Origin:
    """What the run in a folder begins with; most have no such file, and begin with nothing.

    Raises:
        StoreError: the file is there, and not one.
    """
    try:
        return _adapter().validate_python(read_object(folder / "origin.json", "a run's origin"))
    except FileNotFoundError:
        return FRESH
    except OSError as error:
        raise StoreError(f"{folder / 'origin.json'}: cannot be read ({error.strerror})") from None
    except FileError as error:
        raise StoreError(str(error)) from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise StoreError(f"{folder / 'origin.json'}: {place}: {first['msg']}") from None


def script_of(history: RunHistory, origin: Origin = FRESH) -> tuple[Change, ...]:
    """All changes that a run made or was going to make while it trains, in their order."""
    changes = {(c.step, c.path): c for c in origin.script}
    changes |= {(d.step, d.path): Change(d.step, d.path, d.value) for d in history.dials}
    return tuple(sorted(changes.values(), key=lambda change: change.step))


def origin_of(history: RunHistory) -> Origin:
    """What a rerun of a run begins with: its branch point, if it has one, and its dials as a script."""
    started = history.started
    return Origin(started.parent, started.parent_epoch, script_of(history)) if started else FRESH


def config_after(history: RunHistory, epoch: int) -> RunConfig:
    """The config as a run's dials have left it at the end of an epoch: what a fork there begins to edit.

    Raises:
        ConfigError: a dial of a foreign record does not fit its config.
    """
    steps = history.started.steps_per_epoch if history.started else 0
    return after(history.config, script_of(history), epoch * steps)
