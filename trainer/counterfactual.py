"""Early stopping without training: where another patience or min-delta would have stopped a run, from its record alone.

The rule is followed over the recorded validation figures exactly as the engine follows it (``engine/stopping.py``).
What it cannot tell is told: a record that ends before the patience is spent, and the test figures of epochs that nobody
has tested: a run tests the one that it chose itself, and others when somebody asks (``engine.run_test``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isnan

from trainer.config import EarlyStopping
from trainer.events import Ended, Epoch, Tested
from trainer.history import RunHistory


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
    epochs = (*trunk, *history.epochs)
    best: Epoch | None = None
    reference, waited = inf, 0
    stopped: Epoch | None = None
    for epoch in epochs:
        figure = _figure(epoch, rule)
        if not isnan(figure) and (best is None or figure < _figure(best, rule)):
            best = epoch
        if figure < reference - rule.min_delta:
            reference, waited = figure, 0
        else:
            waited += 1
        if waited >= rule.patience:
            stopped = epoch
            break
    tested = _tested(history, best) if best else None
    return Counterfactual(
        stopped=stopped.epoch if stopped else None,
        chosen=best,
        saved=len(epochs) - epochs.index(stopped) - 1 if stopped else 0,
        test_acc=tested.test_acc if tested else None,
        test_loss=tested.test_loss if tested else None,
    )


def _tested(history: RunHistory, chosen: Epoch) -> Ended | Tested | None:
    """Who told the test figures of an epoch's weights."""
    ended, own = history.ended, history.config.regularization.early_stopping
    with_best = own is None or own.restore_best
    if ended is not None and ended.test_acc is not None:
        tested = ended.best_epoch if with_best else ended.epochs
        if tested == chosen.epoch:
            return ended
    return history.tested.get(chosen.epoch)


def _figure(epoch: Epoch, rule: EarlyStopping) -> float:
    """What must become smaller."""
    return -epoch.val_acc if rule.monitor == "val_acc" else epoch.val_loss
