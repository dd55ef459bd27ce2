"""When a run stops early, and which of its epochs is the best."""

from __future__ import annotations

from math import inf, isnan

from trainer.config import RunConfig
from trainer.store.checkpoint_file import ChoiceState


class Choice:
    """Follows one run's validation figures; ties go to the earlier epoch."""

    def __init__(self, config: RunConfig) -> None:
        self.rule = config.regularization.early_stopping
        self._by_accuracy = self.rule is not None and self.rule.monitor == "val_acc"
        self._best = inf
        self._reference = inf
        self._waited = 0
        self.best_epoch: int | None = None

    def observe(self, epoch: int, val_loss: float, val_acc: float) -> bool:
        """Take a finished epoch (1-based) into account; whether it is the best so far."""
        figure = -val_acc if self._by_accuracy else val_loss
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
