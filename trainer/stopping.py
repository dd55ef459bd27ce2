"""Which of a run's epochs is the best, and when early stopping ends it: for who trains, and for who reads a record.

Free of torch.
"""

from __future__ import annotations

from math import inf, isnan, nan

from pydantic import BaseModel, ConfigDict

from trainer.config import EarlyStopping
from trainer.events import EpochNumber


class ChoiceState(BaseModel):
    """Which epoch is the best so far, and how patient early stopping still is."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings", defer_build=True)

    best: float
    reference: float
    waited: int
    best_epoch: EpochNumber | None


def judged(rule: EarlyStopping | None, val_loss: float, val_acc: float) -> float:
    """What an epoch is judged by, less is better: the loss, or −accuracy; NaN where the loss is, and never the best."""
    if isnan(val_loss):
        return nan
    return -val_acc if rule is not None and rule.monitor == "val_acc" else val_loss


class Choice:
    """Follows one run's validation figures; ties go to the earlier epoch."""

    def __init__(self, rule: EarlyStopping | None) -> None:
        """Nothing is seen yet; without a ``rule`` the loss decides, and nothing is ever exhausted."""
        self.rule = rule
        self._best = self._reference = inf
        self._waited = 0
        self.best_epoch: int | None = None

    def observe(self, epoch: int, val_loss: float, val_acc: float) -> bool:
        """Take a finished epoch (1-based) into account; whether it is the best so far."""
        figure = judged(self.rule, val_loss, val_acc)
        improved = not isnan(figure) and (figure < self._best or self.best_epoch is None)
        if improved:
            self._best, self.best_epoch = figure, epoch
        if self.rule is not None:
            if figure < self._reference - self.rule.min_delta:
                self._reference, self._waited = figure, 0
            else:
                self._waited += 1
        return improved

    @property
    def state(self) -> ChoiceState:
        """All that it has seen, as a checkpoint keeps it."""
        return ChoiceState(best=self._best, reference=self._reference, waited=self._waited, best_epoch=self.best_epoch)

    def go_on(self, state: ChoiceState) -> None:
        """Go on from a checkpoint."""
        self._best, self._reference, self._waited = state.best, state.reference, state.waited
        self.best_epoch = state.best_epoch

    @property
    def exhausted(self) -> bool:
        """Whether early stopping's patience is spent."""
        return self.rule is not None and self._waited >= self.rule.patience
