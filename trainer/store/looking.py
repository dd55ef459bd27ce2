"""A run as it was after an epoch: to be looked into or tested, not to be trained on."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from trainer.errors import ForkError, StoreError
from trainer.execution import Member
from trainer.store.branching import branch_point, kept_point
from trainer.store.checkpoints import kept_epochs
from trainer.store.ids import checked


def state_after(root: Path, run: str, epoch: int) -> Member:
    """A run as it was after an epoch, from a checkpoint or to be trained once more up to there.

    Raises:
        StoreError: there is no such epoch, or the run cannot be read.
    """
    try:
        point = branch_point(root, run, epoch)
        return Member(run, point.config, None, point.start(point.config))
    except ForkError as error:
        raise StoreError(str(error)) from None
    except OSError as error:
        raise StoreError(f"run {run}: cannot be read ({error.strerror})") from None


def newest_state(root: Path, run: str) -> Member:
    """The newest checkpoint that can be read; what is torn or damaged is passed over for the one before it.

    Raises:
        StoreError: there is none.
    """
    folder = root / checked(run)
    for epoch in reversed(kept_epochs(folder)):
        with suppress(StoreError):
            point = kept_point(folder, epoch)
            return Member(run, point.config, None, point.start(point.config))
    raise StoreError(f"run {run} has no checkpoint to look into")
