"""The test figures of epochs that a run was not tested with: asked for where somebody wants to know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from trainer.events import Epoch
from tui.branches import Branches
from tui.harmless import harmless
from tui.looking import Looking
from tui.pace import duration
from tui.run_entry import RunEntry

AT_ONCE = 3.0
"""Seconds of training once more that are not worth a question."""


@dataclass(frozen=True)
class EpochTests:
    """Of one run."""

    looking: Looking
    branches: Branches
    entry: RunEntry
    _costs: dict[int, float] = field(default_factory=dict, repr=False, compare=False)
    """By epoch: the record is over, and the disk is looked at once for each."""

    def cost(self, epoch: int, trunk: Sequence[Epoch]) -> float:
        """Seconds of training once more that it takes to have the weights of an epoch, by the record."""
        if epoch not in self._costs:
            before = self.branches.made_from(self.entry, epoch)
            columns = map(self.entry.history.epochs.column, ("epoch", "seconds", "eval_seconds"))
            took = chain(((e.epoch, e.seconds, e.eval_seconds) for e in trunk), zip(*columns, strict=True))
            self._costs[epoch] = float(sum(train + judge for e, train, judge in took if before < e <= epoch))
        return self._costs[epoch]

    def asked(self, epoch: int) -> str | None:
        """None before it was asked for, "" while it is not known, then why it cannot be tested."""
        return self.looking.untested.get((self.entry.run, epoch))

    def ask(self, epoch: int, trunk: Sequence[Epoch], *, whatever_it_costs: bool = False) -> None:
        """Have it tested, if that is quick or the user wants it."""
        if whatever_it_costs or self.cost(epoch, trunk) <= AT_ONCE:
            self.looking.test(self.entry, epoch)

    def told(self, epoch: int, trunk: Sequence[Epoch]) -> str:
        """Where the figures are that are not known yet."""
        reason = self.asked(epoch)
        if reason == "":
            return "its test figures are being computed (s stops that)"
        if reason is not None:
            return f"it cannot be tested: {harmless(reason)}"
        return f"t tests it, for about {duration(self.cost(epoch, trunk))} of training once more"
