"""Dials: settings that change while a run trains, and how they are asked for. Free of torch."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Event as Flag

from trainer.config import OneCycle, RunConfig
from trainer.config.problems import shorten
from trainer.config.properties import properties, replace
from trainer.config.settings import Scalar
from trainer.errors import ConfigError
from trainer.execution import Change


@dataclass(frozen=True)
class DialRequest:
    """A new value, to be used from the next batch on."""

    path: str
    value: Scalar
    run: str | None = None
    """The run that it is meant for; None is every run that trains beside it."""


class Controls:
    """What is asked of a training between two batches, from any thread."""

    def __init__(self, hurry: Flag | None = None) -> None:
        self._dials: deque[DialRequest] = deque()
        self._one_batch = False
        self._hurry = hurry or Flag()
        self.looked_into: str | None = None
        """The run of which ``Insight`` events are wanted; None wants none."""

    def dial(self, request: DialRequest) -> None:
        """Change a setting; where it does not fit it is left out: who asks makes sure by ``dialled`` that it does."""
        self._dials.append(request)

    def one_batch(self) -> None:
        """Tell of the next batch by a ``Batch`` event of each run."""
        self._one_batch = True

    def hurry(self) -> None:
        """Have the next event come as soon as there can be one, for who wants to pause or stop."""
        self._hurry.set()

    def take_hurry(self) -> bool:
        """Whether somebody waits for the next event."""
        hurried = self._hurry.is_set()
        if hurried:
            self._hurry.clear()
        return hurried

    def hurry_only(self) -> Controls:
        """For a training that nothing is changed in, but that may be paused like this one."""
        return Controls(self._hurry)

    @property
    def dialled(self) -> bool:
        """Whether a setting waits to be changed."""
        return bool(self._dials)

    @property
    def waiting(self) -> bool:
        """Whether anything is asked."""
        return self.dialled or self._one_batch

    def take_dials(self) -> list[DialRequest]:
        """The requests since the last time, in order."""
        taken = []
        while self._dials:
            taken.append(self._dials.popleft())
        return taken

    def take_one_batch(self) -> bool:
        """Whether the next batch is to be told of."""
        asked, self._one_batch = self._one_batch, False
        return asked


def dialled(config: RunConfig, path: str, value: Scalar) -> RunConfig:
    """The config as it trains on from the next batch.

    Raises:
        ConfigError: the setting cannot change live, or has no such value.
    """
    row = next((row for row in properties(config) if row.path == path), None)
    if row is not None and not row.setting.dial:
        raise ConfigError(f"{path} cannot change while a run trains: fork the run, or start a new one")
    changed = replace(config, path, value)
    if row is None:
        raise ConfigError(f"{shorten(path)} is not a setting that can change while a run trains")
    if path == "optimizer.lr" and isinstance(config.scheduler, OneCycle) and config.scheduler.max_lr is not None:
        raise ConfigError("optimizer.lr does nothing here: scheduler.max_lr sets the rate")
    return changed


def after(config: RunConfig, script: Iterable[Change], step: int) -> RunConfig:
    """The config as it is at a step: with all changes of a script that come before it.

    Raises:
        ConfigError: the script is not one of this config.
    """
    for change in script:
        if change.step < step:
            config = dialled(config, change.path, change.value)
    return config
