"""The finished epochs of a run, kept as columns: some 300 bytes an epoch, where an event takes 3,000."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import overload

from trainer.events import Epoch

_WHOLE = {name for name, field in Epoch.model_fields.items() if field.annotation is int}
_FIGURES = tuple(name for name, field in Epoch.model_fields.items() if field.annotation in (int, float))
_KEPT = tuple(name for name in Epoch.model_fields if name not in (*_FIGURES, "run", "event"))
"""What is not one number, such as the norms of all layers."""


class Epochs(Sequence[Epoch]):
    """A sequence of epoch events, oldest first; each is made anew when it is asked for, equal to the one put in."""

    def __init__(self) -> None:
        """No epoch yet."""
        self._runs: list[str] = []
        self._figures = {name: array("d") for name in _FIGURES}
        self._kept: dict[str, list[object]] = {name: [] for name in _KEPT}

    def append(self, epoch: Epoch) -> None:
        """Put the next epoch behind the others."""
        self._runs.append(self._runs[-1] if self._runs and self._runs[-1] == epoch.run else epoch.run)
        for name, column in self._figures.items():
            column.append(getattr(epoch, name))
        for name, values in self._kept.items():
            value = getattr(epoch, name)
            values.append(array("d", value) if _numbers(value) else value)

    def pop(self) -> None:
        """Take the newest epoch away."""
        self._runs.pop()
        for column in self._figures.values():
            column.pop()
        for values in self._kept.values():
            values.pop()

    def clear(self) -> None:
        """Take all epochs away."""
        while self:
            self.pop()

    def __deepcopy__(self, memo: object) -> Epochs:
        """Another that grows on its own; what was put in is never changed, so it is shared."""
        other = Epochs()
        other._runs = self._runs[:]
        other._figures = {name: column[:] for name, column in self._figures.items()}
        other._kept = {name: values[:] for name, values in self._kept.items()}
        return other

    def column(self, figure: str) -> Sequence[float]:
        """One figure of every epoch; not to be changed.

        Raises:
            KeyError: no such figure.
        """
        return self._figures[figure]

    def __len__(self) -> int:
        return len(self._runs)

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
        return f"Epochs({list(self)!r})"

    def _epoch(self, index: int) -> Epoch:
        values: dict[str, object] = {"run": self._runs[index]}
        for name, column in self._figures.items():
            values[name] = int(column[index]) if name in _WHOLE else column[index]
        for name, kept in self._kept.items():
            value = kept[index]
            values[name] = tuple(value) if isinstance(value, array) else value
        return Epoch.model_construct(**values)  # type: ignore[arg-type]


def _numbers(value: object) -> bool:
    return isinstance(value, tuple) and all(isinstance(v, float) for v in value)
