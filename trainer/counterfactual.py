"""Early stopping without training: where another patience or min-delta would have stopped a run, from its record alone.

The rule is followed over the recorded validation figures by the engine's own `Choice`.
What it cannot tell is told: a record that ends before the patience is spent, and the test figures of epochs that nobody
has tested: a run tests the one that it chose itself, and others when somebody asks (``engine.run_test``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainer.config import EarlyStopping
from trainer.events import Ended, Epoch, Tested
from trainer.history import RunHistory
from trainer.stopping import Choice


@dataclass(frozen=True)
class Counterfactual:
    """What a rule would have done with a run."""

    stopped: int | None
    """The epoch after which it would have stopped; None: not within the record."""
    chosen: Epoch | None
    """The epoch whose weights it would have given; None when no epoch has finite figures."""
    saved: int
    """Epochs of the record that it would not have trained."""
    test_acc: float | None
    """Of the chosen epoch, when the run was tested with that one, or somebody had it tested; else nobody has looked."""
    test_loss: float | None


def follow(history: RunHistory, rule: EarlyStopping, trunk: Sequence[Epoch] = ()) -> Counterfactual:
    """Follow a rule over a run; ``trunk``: the epochs before a fork's first, as ``RunStore.trunk`` gives them."""
    choice = Choice(rule)
    losses, accuracies = (
        [*(getattr(epoch, name) for epoch in trunk), *history.epochs.column(name)] for name in ("val_loss", "val_acc")
    )
    stopped: int | None = None
    for count, figures in enumerate(zip(losses, accuracies, strict=True), start=1):
        choice.observe(count, *figures)
        if choice.exhausted:
            stopped = count
            break
    best, last = (None if count is None else _at(count - 1, history, trunk) for count in (choice.best_epoch, stopped))
    tested = _tested(history, best) if best else None
    return Counterfactual(
        stopped=last.epoch if last else None,
        chosen=best,
        saved=len(losses) - stopped if stopped is not None else 0,
        test_acc=tested.test_acc if tested else None,
        test_loss=tested.test_loss if tested else None,
    )


def _tested(history: RunHistory, chosen: Epoch) -> Ended | Tested | None:
    """Who told the test figures of an epoch's weights."""
    return history.ended if history.tested_epoch == chosen.epoch else history.tested.get(chosen.epoch)


def _at(place: int, history: RunHistory, trunk: Sequence[Epoch]) -> Epoch:
    """The epoch that stands there, counted through both."""
    return trunk[place] if place < len(trunk) else history.epochs[place - len(trunk)]
