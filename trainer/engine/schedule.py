"""Learning rates over a run, as arithmetic on the step; held against ``torch.optim.lr_scheduler`` by tests."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, inf, pi
from typing import assert_never

from trainer.config import (
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    MultiStep,
    OneCycle,
    Plateau,
    RunConfig,
    Step,
    WarmupCosine,
)
from trainer.store.checkpoint_file import PlateauState

Schedule = Callable[[int, int], float]
"""(epoch, step), both 0-based, step counted since the run began → learning rate."""


class PlateauRate:
    """``ReduceLROnPlateau``: the one schedule that looks at the figures, with relative threshold."""

    def __init__(self, config: Plateau, lr: float) -> None:
        self.config = config
        self.base = self.lr = lr
        self._sign = 1.0 if config.monitor == "val_loss" else -1.0
        self._best = inf
        self._bad_epochs = 0
        self._cooldown = 0

    @property
    def state(self) -> PlateauState:
        """All that it has seen, as a checkpoint keeps it."""
        return PlateauState(
            base=self.base, lr=self.lr, best=self._best, bad_epochs=self._bad_epochs, cooldown=self._cooldown
        )

    def go_on(self, state: PlateauState) -> None:
        """Go on from a checkpoint, or from another base rate: what was reduced stays reduced."""
        self.lr = state.lr * (self.base / state.base)
        self._best, self._bad_epochs, self._cooldown = state.best, state.bad_epochs, state.cooldown

    def __call__(self, epoch: int, step: int) -> float:
        """The rate as the figures seen so far leave it."""
        return self.lr

    def observe(self, val_loss: float, val_acc: float) -> None:
        """Take the figures of a finished epoch into account."""
        current = self._sign * (val_loss if self.config.monitor == "val_loss" else val_acc)
        margin = self.config.threshold * (abs(self._best) if self._best != inf else 0.0)
        if current < self._best - margin:
            self._best, self._bad_epochs = current, 0
        else:
            self._bad_epochs += 1
        if self._cooldown > 0:
            self._cooldown -= 1
            self._bad_epochs = 0
        if self._bad_epochs > self.config.patience:
            reduced = max(self.lr * self.config.factor, self.config.min_lr)
            if self.lr - reduced > 1e-8:  # torch's own eps: smaller changes are ignored
                self.lr = reduced
            self._cooldown, self._bad_epochs = self.config.cooldown, 0


def go_on(schedule: Schedule, former: Schedule) -> None:
    """A schedule made anew for another base rate goes on where the former one was."""
    if isinstance(schedule, PlateauRate) and isinstance(former, PlateauRate):
        schedule.go_on(former.state)


def make_schedule(config: RunConfig, steps_per_epoch: int) -> Schedule:
    """The schedule of a config; ``lr`` of its optimizer is the base rate."""
    scheduler, lr = config.scheduler, config.optimizer.lr
    match scheduler:
        case Constant():
            return lambda epoch, step: lr
        case Step(step_size=size, gamma=gamma):
            return lambda epoch, step: float(lr * gamma ** (epoch // size))
        case MultiStep(milestones=milestones, gamma=gamma):
            return lambda epoch, step: float(lr * gamma ** sum(epoch >= m for m in milestones))
        case Exponential(gamma=gamma):
            return lambda epoch, step: float(lr * gamma**epoch)
        case Cosine(T_max=T_max, eta_min=eta_min):
            period = T_max or config.epochs
            return lambda epoch, step: _cosine(lr, eta_min, epoch / period)
        case CosineRestarts():
            return lambda epoch, step: _cosine(lr, scheduler.eta_min, _share_of_cycle(scheduler, epoch))
        case WarmupCosine():
            return lambda epoch, step: _warmup_cosine(scheduler, lr, config.epochs, epoch)
        case OneCycle():
            total = config.epochs * steps_per_epoch
            return lambda epoch, step: _one_cycle(scheduler, lr, step, total)
        case Plateau():
            return PlateauRate(scheduler, lr)
        case _:
            assert_never(scheduler)


def _cosine(high: float, low: float, share: float) -> float:
    """Half a cosine from high (share 0) to low (share 1): Loshchilov & Hutter 2017, eq. 5."""
    return low + (high - low) * (1 + cos(pi * share)) / 2


def _share_of_cycle(scheduler: CosineRestarts, epoch: int) -> float:
    length = scheduler.T_0
    while epoch >= length:
        epoch -= length
        if scheduler.T_mult == 1:
            epoch %= length
        length *= scheduler.T_mult
    return epoch / length


def _warmup_cosine(scheduler: WarmupCosine, lr: float, epochs: int, epoch: int) -> float:
    warmup = scheduler.warmup_epochs
    if epoch < warmup:
        return lr * (scheduler.start_factor + (1 - scheduler.start_factor) * epoch / warmup)
    return _cosine(lr, scheduler.eta_min, (epoch - warmup) / (epochs - warmup))


def _one_cycle(scheduler: OneCycle, lr: float, step: int, total: int) -> float:
    """Smith & Topin 2018 as torch phases it: up to step pct_start·total − 1, then down to the last step."""
    peak = scheduler.max_lr or lr
    first = peak / scheduler.div_factor
    last = first / scheduler.final_div_factor
    top = scheduler.pct_start * total - 1
    rising = step <= top
    start, end = (first, peak) if rising else (peak, last)
    share = step / top if rising and top > 0 else (step - top) / max(total - 1 - top, 1e-12)
    if scheduler.anneal_strategy == "linear":
        return start + (end - start) * share
    return _cosine(start, end, share)
