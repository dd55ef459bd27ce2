"""The changes that the members of a stack make while they train: those that a record holds, and those asked for now."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from trainer.config.settings import Scalar
from trainer.dials import Controls, after
from trainer.execution import Member

FOREVER = 1 << 62


@dataclass(frozen=True)
class Turn:
    """A dial of one member gets a value."""

    index: int
    path: str
    value: Scalar


class Script:
    """What is to be changed, and when."""

    def __init__(self, members: Sequence[Member], controls: Controls, first: int) -> None:
        """``first``: the step that training begins with; changes before it have been made.

        Raises:
            ConfigError: a member's script does not fit its config.
        """
        self._controls = controls
        for member in members:
            after(member.config, member.origin.script, FOREVER)
        self._runs = [member.run for member in members]
        self._coming = [deque(c for c in member.origin.script if c.step >= first) for member in members]

    def undisturbed(self, step: int) -> int:
        """Steps from this one on until the next change that is known of."""
        return min((coming[0].step for coming in self._coming if coming), default=FOREVER) - step

    def due(self, step: int) -> list[Turn]:
        """What is to be changed before this step: first what the record holds, then what is asked for."""
        turns = []
        for index, coming in enumerate(self._coming):
            while coming and coming[0].step <= step:
                change = coming.popleft()
                turns.append(Turn(index, change.path, change.value))
        for request in self._controls.take_dials():
            meant = [k for k, run in enumerate(self._runs) if request.run in (None, run)]
            turns += [Turn(index, request.path, request.value) for index in meant]
        return turns

    def keep(self, chosen: Sequence[int]) -> None:
        """Go on with the chosen members only."""
        self._runs = [self._runs[k] for k in chosen]
        self._coming = [self._coming[k] for k in chosen]
