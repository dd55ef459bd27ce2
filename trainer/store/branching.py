"""Branch points: the end of any epoch of a run, as a checkpoint holds it or to be trained once more.

Not every epoch leaves a checkpoint: a short one takes less time than a write that survives a power failure, and the
disk has a limit. But a run is repeatable to the bit, so what was not kept is made again from the nearest that was.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isfinite
from pathlib import Path

from trainer.config import RunConfig
from trainer.errors import ConfigError, ForkError, StoreError
from trainer.events import Epoch
from trainer.execution import Member, Origin, Replay, Start
from trainer.history import RunHistory
from trainer.store.checkpoint_file import is_whole, read_facts
from trainer.store.checkpoints import kept_epochs, path_of, share
from trainer.store.ids import checked
from trainer.store.origin import config_after, read_origin, script_of
from trainer.store.reading import first_company, read_history

LONGEST_LINE = 100
"""Forks of forks that are followed back."""


@dataclass(frozen=True)
class BranchPoint:
    """The end of an epoch of a run."""

    folder: Path
    """Of the run that a checkpoint of it is in, or would be."""
    run: str
    """The run that trained it."""
    epoch: int
    config: RunConfig
    """As it trained at that moment, dials included."""
    kept: bool
    """Whether there is a checkpoint; else the run has to be trained once more up to here."""
    updates: int = 0
    """Of one that is kept: steps that the optimizer's state has seen."""
    beside: tuple[str, ...] = ()
    """Of one that is kept: who trained side by side with the run, itself included."""

    def start(self, config: RunConfig, folder: Path | None = None) -> Start:
        """How a config goes on from here: another kind of optimizer has seen no step.

        ``folder``: of the run that starts here, which gets the checkpoint as its own.

        Raises:
            StoreError: it is not kept, and cannot be made again.
            OSError: it cannot be shared.
        """
        path = path_of(folder or self.folder, self.epoch)
        if self.kept:
            if folder is not None:
                share(path_of(self.folder, self.epoch), folder, self.epoch)
            updates, replay = self.updates, None
        else:
            size = (self.folder / "events.jsonl").stat().st_size
            updates, replay = _replay(self.folder, self.epoch, kept_epochs(self.folder), size)
        return Start(path, self.epoch, updates if config.optimizer.name == self.config.optimizer.name else 0, replay)


def kept_point(folder: Path, epoch: int, *, whole: bool = True) -> BranchPoint:
    """That of a checkpoint, all of which is read if it must be ``whole``.

    Raises:
        StoreError: it is torn, damaged, not a checkpoint, or one of another epoch.
    """
    path = path_of(folder, epoch)
    facts = read_facts(path, whole=whole)
    if facts.epoch != epoch:
        raise StoreError(f"{path}: holds epoch {facts.epoch}, not {epoch} as its name says")
    return BranchPoint(folder, facts.run, facts.epoch, facts.config, True, facts.updates, facts.beside)


def branch_point(root: Path, run: str, epoch: int) -> BranchPoint:
    """Any finished epoch of a run, or of those that it was forked from.

    Raises:
        ForkError: it has no such epoch, or one that nothing can go on from.
        StoreError: there is no such run, or it cannot be read.
    """
    run = rooted(root, Origin(run, epoch)).parent or run
    folder = root / checked(run)
    if not folder.is_dir():
        raise StoreError(f"run {run}: there is no such run in {root}")
    if epoch in kept_epochs(folder):
        with suppress(StoreError):  # torn or damaged: it is made again
            return kept_point(folder, epoch)
    history = read_history(folder)
    figures = _figures(history, epoch)
    if not isfinite(figures.train_loss + figures.val_loss):
        raise ForkError(f"run {run} has no finite figures in epoch {epoch}: nothing can go on from there")
    try:
        return BranchPoint(folder, run, epoch, config_after(history, epoch), False)
    except ConfigError as error:
        raise StoreError(f"run {run}: its dials do not fit its config ({error})") from None


def rooted(root: Path, origin: Origin) -> Origin:
    """An origin that names the run which trained the epoch itself, not a fork of it.

    Raises:
        ForkError: its forks lead round in a circle.
        StoreError: there is no such run, or it cannot be read.
    """
    for _ in range(LONGEST_LINE):
        if origin.parent is None or origin.epoch is None:
            return origin
        folder = root / checked(origin.parent)
        before = read_origin(folder)
        begins = before.epoch if before.parent is not None and before.epoch is not None else 0
        kept = origin.epoch in kept_epochs(folder) and is_whole(path_of(folder, origin.epoch))
        if begins < origin.epoch or kept:
            return origin
        origin = replace(origin, parent=before.parent)
    raise ForkError(f"run {origin.parent} is a fork of a fork of a fork and so on, without a beginning")


def start_of_fork(root: Path, folder: Path, origin: Origin) -> BranchPoint:
    """Where a fork began: its own copy of the checkpoint, else its parent's.

    Raises:
        StoreError: neither is there, nor can it be made again.
    """
    assert origin.parent is not None and origin.epoch is not None
    if origin.epoch in kept_epochs(folder):
        with suppress(StoreError):
            return kept_point(folder, origin.epoch)
    try:
        return branch_point(root, origin.parent, origin.epoch)
    except ForkError as error:  # to whoever asks for what is on the disk, it is not there
        raise StoreError(str(error)) from None


def _figures(history: RunHistory, epoch: int) -> Epoch:
    found = next((e for e in reversed(history.epochs) if e.epoch == epoch), None)
    if found is None:
        count = history.epochs_done
        raise ForkError(f"run {history.run} has no epoch {epoch}: {count} epoch{'s' * (count != 1)} are behind it")
    return found


@lru_cache(maxsize=8)  # a sweep asks for the same one for each of its members
def _replay(folder: Path, epoch: int, kept: tuple[int, ...], size: int) -> tuple[int, Replay]:
    """How the end of an epoch is made again, and how many steps the optimizer's state has seen then.

    ``kept`` and ``size`` (of the record) are what makes the answer another one.
    """
    history = read_history(folder)
    figures = _figures(history, epoch)
    members = _company(folder, epoch, kept)
    start = next(member.start for member in members if member.run == history.run)
    updates, done = (start.updates, start.epoch) if start else (0, 0)
    updates += (epoch - done) * (figures.step // epoch)
    return updates, Replay(history.run, members, figures.train_loss, figures.val_loss)


def _company(folder: Path, epoch: int, kept: Sequence[int]) -> tuple[Member, ...]:
    """Who has to train, and from where, for the end of that epoch to come out as it did.

    Alone where those that trained side by side with it are gone: then it comes out within float rounding.
    """
    run, nearest = folder.name, None
    for candidate in reversed([e for e in kept if e < epoch]):
        with suppress(StoreError):
            point = kept_point(folder, candidate)
            if point.run != run:  # its branch point: that is the beginning
                break
            nearest = nearest or candidate
            return _together(folder.parent, point.beside if run in point.beside else (run,), candidate)
    with suppress(StoreError):
        return _together(folder.parent, first_company(folder), None)
    return _together(folder.parent, (run,), nearest)


def _together(root: Path, runs: Sequence[str], before: int | None) -> tuple[Member, ...]:
    """All of these from after the same epoch, or from their beginnings.

    Raises:
        StoreError: not all of them can.
    """
    return tuple(_once_more(root, run, before, tuple(runs)) for run in runs)


def _once_more(root: Path, run: str, before: int | None, beside: tuple[str, ...]) -> Member:
    """A run as it trains again, recorded nowhere."""
    folder = root / checked(run)
    history, origin = read_history(folder), read_origin(folder)
    start: Start | None = None
    if before is not None:
        start = kept_point(folder, before).start(history.config)
    elif origin.parent is not None and origin.epoch is not None:
        point = start_of_fork(root, folder, origin)
        if not point.kept:  # one after the other would have to be made again
            raise StoreError(f"run {run} has lost the checkpoint of epoch {point.epoch} that it began with")
        start = point.start(history.config)
    origin = replace(origin, script=script_of(history, origin))
    return Member(run, history.config, None, start, origin, beside if len(beside) > 1 else (), history.threads)
