"""Dials: while the run that the draft was trained as still trains, changes of the draft wait to be made in it too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainer.config import RunConfig
from trainer.config.properties import Property, difference, properties
from trainer.config.settings import Scalar
from trainer.dials import DialRequest, dialled
from trainer.errors import ConfigError
from tui.draft import Draft
from tui.run_entry import RunEntry


@dataclass(frozen=True)
class Pending:
    """A setting in which the draft is not what trains."""

    row: Property
    """As it trains."""
    wanted: Scalar
    problem: str = ""
    """Why it cannot change while the run trains; empty when it can."""

    @property
    def change(self) -> str:
        """``dropout p 0.2 → 0.5``."""
        return f"{self.row.label} {self.row.shown(self.row.value)} → {self.row.shown(self.wanted)}"


class Steering:
    """Which runs the draft is about, and what of it they do not train with yet. Only the UI thread calls it."""

    def __init__(self, draft: Draft) -> None:
        self.live = False
        """Whether each change is made at once."""
        self._draft = draft
        self._entries: tuple[RunEntry, ...] = ()
        self._base = draft.config
        """What they train with, in all that they have in common."""
        self._known: tuple[RunConfig, RunConfig, tuple[Pending, ...]] | None = None

    def attach(self, entries: Sequence[RunEntry], base: RunConfig) -> None:
        """From now on the draft is about these runs, which train with this config (or a grid over it)."""
        self._entries, self._base = tuple(entries), base

    @property
    def attached(self) -> tuple[tuple[RunEntry, ...], RunConfig]:
        """What ``attach`` was told last."""
        return self._entries, self._base

    def release(self) -> None:
        """The draft is about no run."""
        self._entries = ()

    @property
    def steered(self) -> tuple[RunEntry, ...]:
        """The runs that the draft is about and that train now."""
        return tuple(entry for entry in self._entries if entry.state == "training")

    @property
    def pending(self) -> tuple[Pending, ...]:
        """All settings in which the draft is not what trains."""
        if not self.steered:
            return ()
        base, config = self._base, self._draft.config
        if self._known is None or self._known[0] is not base or self._known[1] is not config:
            self._known = base, config, _pending(base, config)
        return self._known[2]

    def pending_at(self, path: str) -> Pending | None:
        """What waits at a row."""
        return next((change for change in self.pending if change.row.path == path), None)

    @property
    def requests(self) -> tuple[DialRequest, ...]:
        """What can be asked of the training."""
        return tuple(DialRequest(change.row.path, change.wanted) for change in self.pending if not change.problem)

    def asked(self, request: DialRequest) -> None:
        """It was asked for, and will train so from its next batch on."""
        self._base = dialled(self._base, request.path, request.value)

    def discard(self) -> bool:
        """Make the draft what trains again; whether it was not."""
        if not self.pending:
            return False
        self._draft.config = self._base
        self._draft.misfits.clear()
        return True


def _pending(base: RunConfig, config: RunConfig) -> tuple[Pending, ...]:
    rows = {row.path: row for row in (*properties(config), *properties(base))}
    return tuple(_change(base, rows[path], wanted) for path, _, wanted in difference(base, config))


def _change(base: RunConfig, row: Property, wanted: object) -> Pending:
    value = wanted if isinstance(wanted, bool | int | float | str) else None
    if not row.setting.dial:
        return Pending(
            row, value, f"{row.label} cannot change while a run trains: r starts a new run, f forks this one"
        )
    try:
        dialled(base, row.path, value)
    except ConfigError as error:
        return Pending(row, value, str(error))
    return Pending(row, value)
