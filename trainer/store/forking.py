"""Forks: a run that starts from the checkpoint of another, with another config for the same network."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import inf
from pathlib import Path

from trainer.config import RunConfig
from trainer.config.problems import show
from trainer.config.properties import difference, format_value
from trainer.errors import ForkError, StoreError
from trainer.events import Epoch
from trainer.execution import Origin, Start
from trainer.history import RunHistory
from trainer.store.branching import LONGEST_LINE, BranchPoint, branch_point


def parse_origin(text: str) -> Origin:
    """What ``RUN@7`` names: the end of an epoch of a run.

    Raises:
        ForkError: it is written otherwise.
    """
    run, at, epoch = text.rpartition("@")
    if not at or not run or not re.fullmatch(r"[0-9]{1,6}", epoch) or int(epoch) < 1:
        raise ForkError(f"{show(text)}: must be RUN@EPOCH, such as 20261123-141502-overfit-k3f2@7")
    return Origin(run, int(epoch))


def check_fork(point: BranchPoint, config: RunConfig) -> None:
    """Whether a config can go on from there.

    Raises:
        ForkError: with what is different.
    """
    place = f"{point.run}@{point.epoch}"
    if point.config.model != config.model or point.config.layers != config.layers:
        changed = [
            (p, a, b) for p, a, b in difference(point.config, config) if p.startswith(("model.", "data.dataset"))
        ]
        told = ", ".join(f"{path} {format_value(a)} → {format_value(b)}" for path, a, b in changed)
        raise ForkError(f"{place} is of another network ({told}): a fork keeps it; start a new run instead")
    if config.epochs <= point.epoch:
        raise ForkError(f"{place} has {point.epoch} epochs behind it: set epochs above that, not {config.epochs}")


def shared_start(root: Path, folder: Path | None, config: RunConfig, origin: Origin) -> Start | None:
    """Where a run with this origin starts; the parent's checkpoint becomes one of its own ``folder``, if it has one.

    Raises:
        StoreError: the parent has no such epoch, or it cannot be read.
        ForkError: the config cannot go on from it.
        OSError: it cannot be shared.
    """
    if origin.parent is None or origin.epoch is None:
        return None
    point = branch_point(root, origin.parent, origin.epoch)
    check_fork(point, config)
    return point.start(config, folder)


def trunk_of(history: RunHistory, read: Callable[[str], RunHistory]) -> tuple[Epoch, ...]:
    """The epochs before a fork's first, of its parent and of that one's parents, oldest first; none for other runs.

    ``read``: the history of a run, as ``RunStore.history``; where a parent is gone, its epochs are left out.
    """
    trunk: list[Epoch] = []
    last = inf
    for _ in range(LONGEST_LINE):
        started = history.started
        if started is None or started.parent is None or started.parent_epoch is None:
            break
        try:
            history = read(started.parent)
        except StoreError:
            break
        last = min(last, started.parent_epoch)
        trunk[:0] = [epoch for epoch in history.epochs if epoch.epoch <= last]
    return tuple(trunk)
