"""What is wrong with a run, in one line: rules over its curves, each with its evidence and one thing to try.

The thresholds are set by the recorded curves of tests/analysis; each stands beside what it was chosen for.
"""

from __future__ import annotations

from trainer.analysis.finding import Diagnosis, Rule, Siblings
from trainer.analysis.learning_rules import (
    blown_up,
    diverged,
    not_learning,
    overfitting,
    plateau,
    underfitting,
    unsteady,
)
from trainer.analysis.regularizer_rules import (
    adam_with_coupled_l2,
    l1_without_zeros,
    patience_too_long,
    too_much_dropout,
    too_strong,
)
from trainer.history import RunHistory

__all__ = ["RULES", "Diagnosis", "diagnose", "findings"]

RULES: tuple[Rule, ...] = (
    diverged, blown_up, too_strong, not_learning, too_much_dropout, overfitting, unsteady,
    patience_too_long, adam_with_coupled_l2, l1_without_zeros, underfitting, plateau,
)  # fmt: skip
"""Most important first: what makes a run worthless, what limits it, settings that do not do what they say, the rest."""


def diagnose(history: RunHistory, siblings: Siblings = ()) -> Diagnosis | None:
    """The most important finding; None when there is nothing to say (yet).

    ``siblings`` are other runs; those that differ in one regularizer only serve as evidence.
    """
    return next(iter(findings(history, siblings)), None)


def findings(history: RunHistory, siblings: Siblings = ()) -> tuple[Diagnosis, ...]:
    """Everything that the rules find, most important first."""
    found = (rule(history, siblings) for rule in RULES)
    return tuple(diagnosis for diagnosis in found if diagnosis is not None)
