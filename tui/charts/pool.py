"""The runs among which a page looks for what a setting does, as they were at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from trainer.config import RunConfig
from trainer.events import Dial, Ended, Epoch, Started, Status
from trainer.history import RunHistory


@dataclass(frozen=True, eq=False)
class Seen:
    """What was known of a run without its curve; another thread may read it while the run goes on."""

    run: str
    config: RunConfig
    started: Started | None
    dials: Sequence[Dial]
    status: Status | None
    last: Epoch | None
    best: Epoch | None
    ended: Ended | None

    @cached_property
    def key(self) -> str:
        """Of the group that it belongs to; found out once."""
        from trainer.analysis.groups import key_of  # late: it is not needed before the first paint

        return key_of(self)


@dataclass(frozen=True, eq=False)
class Pool:
    """Runs that differ in some settings."""

    runs: tuple[Seen, ...]
    around: RunConfig
    """The config that is looked at: of the settings that are not swept, its values are taken."""
    paths: tuple[str, ...]
    """The settings that were swept, seed aside."""
    state: object
    """The same for two pools that say the same."""
    ablated: RunConfig | None = None
    """The config whose regularizers they take apart; None for a sweep of settings."""


def pool_of(runs: Iterable[Seen], around: RunConfig, paths: tuple[str, ...], ablated: RunConfig | None = None) -> Pool:
    """The runs as they are now."""
    known = tuple(runs)
    return Pool(known, around, paths, (tuple(map(id, known)), around, paths), ablated)


def seen(history: RunHistory, *, as_stopped: bool = False) -> Seen:
    """A run as it is now. One that was stopped counts as if it were still training, for a chart shows what it reached.

    ``as_stopped`` leaves it stopped: a verdict counts only what finished.
    """
    status = None if history.status in ("stopped", "interrupted") and not as_stopped else history.status
    dials = tuple(history.dials)
    return Seen(
        history.run, history.config, history.started, dials, status, history.last, history.best, history.ended
    )  # fmt: skip
