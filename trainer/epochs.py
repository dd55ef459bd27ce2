"""The finished epochs of a run, kept as columns: some 170 bytes an epoch, where an event takes 3,000."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from math import nan
from typing import overload

from trainer.events import Epoch

_WHOLE = {name for name, field in Epoch.model_fields.items() if field.annotation is int}
_FIGURES = tuple(name for name, field in Epoch.model_fields.items() if field.annotation in (int, float))
_LISTS = tuple(name for name in Epoch.model_fields if name not in (*_FIGURES, "run", "event"))
"""Figures of each layer."""


class _Lists:
    """Short lists of numbers, one for each epoch, end to end."""

    def __init__(self) -> None:
        self.values = array("d")
        self.ends = array("q")
        self.width: int | None = None
        """Of every list; None without any, or when they differ."""

    def append(self, numbers: Sequence[float]) -> None:
        if not self.ends or self.width != len(numbers):
            self.width = None if self.ends else len(numbers)
        self.values.extend(numbers)
        self.ends.append(len(self.values))

    def pop(self) -> None:
        self.ends.pop()
        del self.values[self.ends[-1] if self.ends else 0 :]

    def __getitem__(self, index: int) -> array[float]:
        return self.values[self.ends[index - 1] if index else 0 : self.ends[index]]

    def copy(self) -> _Lists:
        other = _Lists()
        other.values, other.ends, other.width = self.values[:], self.ends[:], self.width
        return other


class Epochs(Sequence[Epoch]):
    """A sequence of epoch events, oldest first; each is made anew when it is asked for, equal to the one put in.

    Making one takes 8 µs: what goes through all epochs reads ``column`` or ``layer`` instead.
    """

    def __init__(self) -> None:
        """No epoch yet."""
        self._runs: list[str] = []
        self._starts: list[int] = []
        """From which epoch on each of ``_runs`` holds: a fork begins with its parent's."""
        self._figures = {name: array("d") for name in _FIGURES}
        self._lists = {name: _Lists() for name in _LISTS}

    def append(self, epoch: Epoch) -> None:
        """Put the next epoch behind the others."""
        if not self._runs or self._runs[-1] != epoch.run:
            self._runs.append(epoch.run)
            self._starts.append(len(self))
        for name, lists in self._lists.items():
            lists.append(getattr(epoch, name))
        for name, column in self._figures.items():
            column.append(getattr(epoch, name))

    def pop(self) -> None:
        """Take the newest epoch away."""
        for column in self._figures.values():
            column.pop()
        for lists in self._lists.values():
            lists.pop()
        if self._starts[-1] == len(self):
            self._runs.pop()
            self._starts.pop()

    @property
    def newest(self) -> int:
        """The number of the newest epoch, without making it; 0 where there is none."""
        numbers = self._figures["epoch"]
        return int(numbers[-1]) if numbers else 0

    def clear(self) -> None:
        """Take all epochs away."""
        while self:
            self.pop()

    def __deepcopy__(self, memo: object) -> Epochs:
        """Another that grows on its own."""
        other = Epochs()
        other._runs, other._starts = self._runs[:], self._starts[:]
        other._figures = {name: column[:] for name, column in self._figures.items()}
        other._lists = {name: lists.copy() for name, lists in self._lists.items()}
        return other

    def column(self, figure: str) -> Sequence[float]:
        """One figure of every epoch; not to be changed.

        Raises:
            KeyError: no such figure.
        """
        return self._figures[figure]

    def layer(self, figure: str, layer: int) -> Sequence[float]:
        """One layer's part of a figure of every epoch, such as ``layer("weight_norm", -1)`` for the last layer.

        NaN where an epoch has no such layer, as the record of a stranger may say.

        Raises:
            KeyError: no figure of layers has that name.
        """
        lists = self._lists[figure]
        if lists.width and -lists.width <= layer < lists.width:
            return lists.values[layer % lists.width :: lists.width]
        each = (lists[i] for i in range(len(self)))
        return array("d", (one[layer] if -len(one) <= layer < len(one) else nan for one in each))

    def __len__(self) -> int:
        return len(self._figures["epoch"])

    @overload
    def __getitem__(self, index: int) -> Epoch: ...

    @overload
    def __getitem__(self, index: slice) -> list[Epoch]: ...

    def __getitem__(self, index: int | slice) -> Epoch | list[Epoch]:
        if isinstance(index, slice):
            return [self._epoch(i) for i in range(len(self))[index]]
        return self._epoch(range(len(self))[index])

    def __iter__(self) -> Iterator[Epoch]:
        return (self._epoch(i) for i in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(other) == len(self) and all(map(Epoch.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{len(self)} epochs>"  # Textual writes down what its workers are given

    def _epoch(self, index: int) -> Epoch:
        values: dict[str, object] = {"run": self._runs[bisect_right(self._starts, index) - 1]}
        for name, column in self._figures.items():
            values[name] = int(column[index]) if name in _WHOLE else column[index]
        for name, lists in self._lists.items():
            values[name] = tuple(lists[index])
        return Epoch.model_construct(**values)  # type: ignore[arg-type]
