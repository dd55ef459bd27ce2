"""Early stopping without training: where another patience or min-delta would have stopped a run, from its record alone.

The rule is followed over the recorded validation figures exactly as the engine follows it (``engine/stopping.py``).
What it cannot tell is told: a record that ends before the patience is spent, and the test figures, which a run has only
of the one epoch that it chose itself, for the test set is looked at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isnan

from trainer.config import EarlyStopping
from trainer.events import Epoch
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
    """Of the chosen epoch, when that is the one that the run was tested with; otherwise nobody has looked."""
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
    ended = history.ended
    tested = ended if ended is not None and best is not None and ended.best_epoch == best.epoch else None
    return Counterfactual(
        stopped=stopped.epoch if stopped else None,
        chosen=best,
        saved=len(epochs) - epochs.index(stopped) - 1 if stopped else 0,
        test_acc=tested.test_acc if tested else None,
        test_loss=tested.test_loss if tested else None,
    )


def _figure(epoch: Epoch, rule: EarlyStopping) -> float:
    """What must become smaller."""
    return -epoch.val_acc if rule.monitor == "val_acc" else epoch.val_loss
