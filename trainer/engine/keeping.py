"""When checkpoints are written: after every epoch, unless that would cost more than its share of the time.

An epoch of a toy set takes less than a write that survives a power failure. Then some epochs are left out: what a kill
loses is still at most the time since the last write, because a resumed run recomputes the same epochs to the bit. See
docs/decisions/0006-checkpoints.md.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from trainer.engine.checkpoint import State, facts_of, pack, state_of
from trainer.engine.reports import Ending
from trainer.engine.stack import Stack
from trainer.events import Checkpoint
from trainer.execution import Keeping, Member
from trainer.store.checkpoint_file import CheckpointFacts
from trainer.store.checkpoints import prune, write

SHARE = 0.02
"""Of the time that training takes, at most, for writing."""
LONGEST_WAIT = 30.0
"""Seconds without a checkpoint, whatever it costs."""
FIRST_GUESS = 0.01
"""Seconds that the first write may cost."""
LARGEST_COPY = 1 << 26
"""Bytes of state that are copied when an epoch is left out, so that a stop can still write it."""


@dataclass(frozen=True)
class _Snapshot:
    """The state of all members after an epoch."""

    epoch: int
    members: Sequence[Member]
    facts: Sequence[CheckpointFacts]
    without: Set[int]
    """Members of which none is kept."""
    state: State


class Keeper(Protocol):
    """What keeps the states of a stack."""

    def keep(self, stack: Stack, epoch: int, endings: Sequence[Ending]) -> Checkpoint | None:
        """Take the state after an epoch (1-based); what is to be told."""

    def close(self) -> None:
        """Training ends here."""


class Checkpoints:
    """Writes the checkpoints of one stack; a full disk is told once, and never stops the training."""

    def __init__(self, keeping: Keeping) -> None:
        self._keeping = keeping
        self._left_out: _Snapshot | None = None
        self._cost = FIRST_GUESS
        self._written_at = time.monotonic()
        self._in_trouble = False

    def keep(self, stack: Stack, epoch: int, endings: Sequence[Ending]) -> Checkpoint | None:
        """After an epoch (1-based): write all members' files if it is time, or if one of them ends."""
        if not any(member.folder for member in stack.members):
            return None
        facts = [facts_of(stack, k, epoch) for k in range(len(stack.members))]
        diverged = {ending.index for ending in endings if ending.status == "diverged"}  # worth nothing any more
        snapshot = _Snapshot(epoch, stack.members, facts, diverged, state_of(stack))
        waited = time.monotonic() - self._written_at
        if endings or waited >= min(self._cost / SHARE, LONGEST_WAIT):
            return self._write(snapshot)
        small = sum(tensor.nbytes for tensor in snapshot.state.values()) <= LARGEST_COPY
        copied = {name: tensor.clone() for name, tensor in snapshot.state.items()} if small else {}
        self._left_out = replace(snapshot, members=list(stack.members), state=copied) if small else None
        return None

    def close(self) -> None:
        """Training ends here, whatever the reason: write the last epoch if it was left out."""
        if self._left_out is not None:
            self._write(self._left_out)

    def _write(self, snapshot: _Snapshot) -> Checkpoint | None:
        began, size, problem = time.monotonic(), 0, ""
        self._left_out = None
        for k, (member, facts) in enumerate(zip(snapshot.members, snapshot.facts, strict=True)):
            if member.folder is None or k in snapshot.without:
                continue
            content = pack(snapshot.state, k, facts)
            protected = {snapshot.epoch, *({member.start.epoch} if member.start else ()), *_best(facts)}
            try:
                _write(member.folder, snapshot.epoch, content, protected)
                size += len(content)
                prune(member.folder, self._keeping, protected)
            except OSError as error:
                problem = f"{member.folder}: no checkpoint of epoch {snapshot.epoch} ({error.strerror})"
        self._written_at = time.monotonic()
        self._cost = self._written_at - began
        was, self._in_trouble = self._in_trouble, bool(problem)
        if problem and was:
            return None
        first = snapshot.members[0].run
        return Checkpoint(
            run=first, time=time.time(), epoch=snapshot.epoch, members=len(snapshot.members), bytes=size,
            seconds=self._cost, problem=problem,
        )  # fmt: skip


def _write(folder: Path, epoch: int, content: bytes, protected: Set[int]) -> None:
    """On a full disk the checkpoints that can be made again give way to this one."""
    try:
        write(folder, epoch, content)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        prune(folder, Keeping(0), protected)
        write(folder, epoch, content)


def _best(facts: CheckpointFacts) -> set[int]:
    return {facts.choice.best_epoch} if facts.choice.best_epoch else set()
