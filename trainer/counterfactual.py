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
    figures = [*(getattr(epoch, rule.monitor) for epoch in trunk), *history.epochs.column(rule.monitor)]
    if rule.monitor == "val_acc":
        figures = [-figure for figure in figures]  # what must become smaller
    chosen: int | None = None
    reference, waited = inf, 0
    stopped: int | None = None
    for place, figure in enumerate(figures):
        if not isnan(figure) and (chosen is None or figure < figures[chosen]):
            chosen = place
        if figure < reference - rule.min_delta:
            reference, waited = figure, 0
        else:
            waited += 1
        if waited >= rule.patience:
            stopped = place
            break
    best, last = (None if place is None else _at(place, history, trunk) for place in (chosen, stopped))
    tested = _tested(history, best) if best else None
    return Counterfactual(
        stopped=last.epoch if last else None,
        chosen=best,
        saved=len(figures) - stopped - 1 if stopped is not None else 0,
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


def _at(place: int, history: RunHistory, trunk: Sequence[Epoch]) -> Epoch:
    """The epoch that stands there, counted through both."""
    return trunk[place] if place < len(trunk) else history.epochs[place - len(trunk)]
