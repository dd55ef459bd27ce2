"""How a run that was cut off goes on: from which checkpoint, with which changes still to make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from trainer.config.properties import difference
from trainer.errors import StoreError
from trainer.execution import Member, Origin
from trainer.history import RunHistory
from trainer.store.branching import BranchPoint, kept_point, start_of_fork
from trainer.store.checkpoint_file import is_whole
from trainer.store.checkpoints import kept_epochs, path_of
from trainer.store.ids import checked
from trainer.store.origin import read_origin, script_of
from trainer.store.owner import ourselves, owner_of
from trainer.store.reading import list_runs, read_history


@dataclass(frozen=True)
class _CutOff:
    """A run that can go on."""

    folder: Path
    history: RunHistory
    origin: Origin
    points: dict[int, BranchPoint]
    """Where it can go on, by epoch, none later than what is recorded."""

    @property
    def beside(self) -> tuple[str, ...]:
        """Who trained side by side with it at last."""
        run, started = self.history.run, self.history.started
        newest = max(self.points, default=0)
        if newest and self.points[newest].run == run and run in self.points[newest].beside:
            return self.points[newest].beside
        return started.beside if started is not None and run in started.beside else (run,)

    def has(self, epoch: int) -> bool:
        """Whether its checkpoint of an epoch is without damage, or will be made again."""
        point = self.points[epoch]
        return not point.kept or is_whole(path_of(point.folder, epoch))

    def member(self, epoch: int | None) -> Member:
        """To go on from its checkpoint of an epoch; None begins anew."""
        config = self.history.config
        start = None if epoch is None else self.points[epoch].start(config)
        origin = replace(self.origin, script=script_of(self.history, self.origin))
        beside = self.beside if len(self.beside) > 1 else ()
        return Member(self.history.run, config, self.folder, start, origin, beside, self.history.threads)


def resumable(root: Path, runs: Sequence[str]) -> list[Member]:
    """The members that go on with these runs, those that trained side by side from a common epoch.

    Raises:
        StoreError: a run is over, or cannot be read.
    """
    cut_off = {run: _read(root, run) for run in dict.fromkeys(runs)}
    common: dict[tuple[str, ...], int | None] = {}
    members = []
    for run, one in cut_off.items():
        group = tuple(other for other in one.beside if other in cut_off) if run in one.beside else (run,)
        if group not in common:
            common[group] = _common([cut_off[other] for other in group])
        members.append(one.member(common[group]))
    return members


def _common(group: Sequence[_CutOff]) -> int | None:
    """The latest epoch of which each has a checkpoint without damage; None for the beginning."""
    epochs = set.intersection(*(set(one.points) for one in group))
    return next((epoch for epoch in sorted(epochs, reverse=True) if all(one.has(epoch) for one in group)), None)


def _side_by_side(root: Path, run: str) -> tuple[str, ...]:
    """The runs that trained side by side with this one and were cut off with it, this one included.

    Raises:
        StoreError: there is no such run.
    """
    found = []
    for other in _read(root, run).beside:
        try:
            _read(root, other)
        except StoreError:  # it has ended, or is gone
            continue
        found.append(other)
    return tuple(found) or (run,)


def together(root: Path, run: str) -> tuple[str, ...]:
    """All that goes on with a run: what trained side by side with it, then what of its sweep has not begun.

    Raises:
        StoreError: there is no such run, or it is over and all of its sweep has begun.
    """
    waiting = not_begun(root, run)
    try:
        return tuple(dict.fromkeys([*_side_by_side(root, run), *waiting]))
    except StoreError:
        if not waiting:
            raise
        return waiting


def not_begun(root: Path, run: str) -> tuple[str, ...]:
    """The members of a run's sweep whose turn has not come, itself included, in the order of the sweep.

    Without a sweep (seeds alone are none), the runs of the same settings that have not begun, in that of their seeds.

    Raises:
        StoreError: there is no such run.
    """
    mine = read_history(root / checked(run))
    waiting = [mate for other in list_runs(root) if _waits(root / other) and (mate := _mate(mine, root / other))]
    return tuple(mate.run for mate in sorted(waiting, key=_place))


def _place(run: RunHistory) -> int:
    return run.membership.place if run.membership is not None else run.config.seed


def _waits(folder: Path) -> bool:
    """Whether nothing has happened in a run, and no other process is about to train it."""
    return not (folder / "events.jsonl").exists() and owner_of(folder) in (None, ourselves())


def _mate(mine: RunHistory, folder: Path) -> RunHistory | None:
    """The run in a folder, where it is of the same sweep."""
    try:
        other = read_history(folder)
    except StoreError:
        return None
    if other.damage:  # nobody knows what it belongs to; asked for itself, it says what is wrong
        return None
    if mine.membership is None or other.membership is None:
        related = mine.membership is other.membership and not difference(mine.config, other.config)
    else:
        related = mine.membership.sweep == other.membership.sweep
    return other if related else None


def _read(root: Path, run: str) -> _CutOff:
    folder = root / checked(run)
    history = read_history(folder)
    if history.status in ("completed", "early-stopped", "diverged"):
        raise StoreError(f"run {run} is over ({history.status}); to train it further, fork it with more epochs")
    origin = read_origin(folder)
    return _CutOff(folder, history, origin, dict(_points(root, folder, history, origin)))


def _points(root: Path, folder: Path, history: RunHistory, origin: Origin) -> Iterator[tuple[int, BranchPoint]]:
    """Those that have a header: what was torn by a power failure is passed over for the one before it."""
    some = False
    for epoch in reversed(kept_epochs(folder)):
        if epoch > history.epochs_done and epoch != origin.epoch:
            continue  # its epoch was never recorded: the record would have a gap
        with suppress(StoreError):
            yield epoch, kept_point(folder, epoch, whole=False)
            some = True
    if origin.parent is not None and origin.epoch is not None:
        try:
            yield origin.epoch, start_of_fork(root, folder, origin)
        except StoreError as error:
            if not some:
                place = f"{origin.parent}@{origin.epoch}"
                raise StoreError(f"run {history.run} was forked from {place}: {error}") from None
