"""What a rule about a run finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trainer.analysis.metrics import Measured
from trainer.history import RunHistory

Siblings = Sequence[Measured]


@dataclass(frozen=True)
class Diagnosis:
    """One finding."""

    rule: str
    """Short name of the rule, stable."""
    finding: str
    evidence: str
    advice: str
    """One thing to try."""

    @property
    def line(self) -> str:
        """The whole as one line."""
        return f"{self.finding}: {self.evidence}. Try {self.advice}."


Rule = Callable[[RunHistory, Siblings], Diagnosis | None]


def loss(value: float) -> str:
    """A loss as evidence shows it: one that has blown up by its size only."""
    return f"{value:.3f}" if abs(value) < 1e4 else f"{value:.2e}"


def percent(share: float) -> str:
    """A share as evidence shows it."""
    return f"{100 * share:.1f} %"
