"""Which runs the table lists, and in which order: filtered, sorted, the pinned ones first, the hidden ones left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.run_entry import RunEntry
from tui.runs import Runs

if TYPE_CHECKING:  # imported with the first filter or order, not before the first paint
    from trainer.filter import Filter

COLUMN_FIELDS = {
    "val %": "val_acc",
    "gap pp": "gap",
    "test %": "test_acc",
    "train %": "fit_acc",
    "epoch": "epoch",
    "seed": "seed",
    "status": "status",
    "run": "name",
}
"""The columns that the table can be sorted by, in the order in which a key goes through them, with their fields."""


class Listing:
    """The rows as they were at the last ``refresh``: between two drawings they stay where they are."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._filter: Filter | None = None
        self.text = ""
        """The filter as it was typed."""
        self.column: str | None = None
        """What the rows are sorted by; None is newest first."""
        self.reversed = False
        self.with_hidden = False
        self._orders: dict[int, tuple[object, tuple[object, ...]]] = {}
        self._rows: Sequence[RunEntry] = ()
        self._places: dict[int, int] = {}
        self.refresh()

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: int) -> RunEntry:
        return self._rows[index]

    def place(self, entry: RunEntry | None) -> int | None:
        """Where a run stands; None when it is not listed."""
        return self._places.get(id(entry))

    @property
    def total(self) -> int:
        """Runs that there are."""
        return len(self._runs)

    def refresh(self) -> None:
        """List the runs as they are now."""
        rows = [e for e in self._runs if self.with_hidden or not e.notes.hidden]
        if self._filter is not None:
            wanted = self._filter
            rows = [e for e in rows if wanted.matches(e.history, e.notes)]
        if self.column is not None:
            rows = self._sorted(rows)
        elif self.reversed:
            rows.reverse()
        pinned = [e for e in rows if e.notes.pinned]
        if pinned:
            rows = [*pinned, *(e for e in rows if not e.notes.pinned)]
        self._rows = rows
        self._places = {id(entry): place for place, entry in enumerate(rows)}

    def filter(self, text: str) -> None:
        """List only the runs that a filter lets through; all of them with an empty one.

        Raises:
            FilterError: it cannot be understood.
        """
        from trainer.filter import parse_filter

        self._filter = parse_filter(text) if text.strip() else None
        self.text = text.strip()

    def count(self, text: str) -> int:
        """How many runs a filter would let through.

        Raises:
            FilterError: it cannot be understood.
        """
        from trainer.filter import parse_filter

        wanted = parse_filter(text)
        return sum(wanted.matches(e.history, e.notes) for e in self._runs)

    def sort_by_next(self) -> None:
        """By the next column; after the last, newest first again."""
        columns = [None, *COLUMN_FIELDS]
        self.column = columns[(columns.index(self.column) + 1) % len(columns)]
        self.reversed = False
        self._orders.clear()

    @property
    def falling(self) -> bool:
        """Whether the highest come first."""
        from trainer.fields import field_named

        better = field_named(COLUMN_FIELDS[self.column]).better if self.column is not None else 0
        return (better > 0) != self.reversed

    def _sorted(self, rows: Sequence[RunEntry]) -> list[RunEntry]:
        """The better first, numbers of no better side from the lowest; what has no value last, both ways."""
        from trainer.fields import field_named, order

        assert self.column is not None
        field = field_named(COLUMN_FIELDS[self.column])
        keys: dict[int, tuple[object, ...]] = {}
        for entry in rows:
            state = entry.history.version, entry.history.run, entry.notes
            known = self._orders.get(entry.key)
            if known is None or known[0] != state:
                known = self._orders[entry.key] = state, order(field, entry.history, entry.notes)
            keys[entry.key] = known[1]
        some = [e for e in rows if keys[e.key][0] != 2]
        none = [e for e in rows if keys[e.key][0] == 2]
        some.sort(key=lambda e: keys[e.key][1:], reverse=self.falling)
        return [*some, *none]
