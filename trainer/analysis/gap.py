"""Where a run stops learning what generalizes: its gap, and the epoch from which on it only learns by heart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from operator import sub
from statistics import median
from typing import Literal

from trainer.history import RunHistory

FEWEST_AFTER = 3
"""Epochs after the best that it takes to speak of overfitting."""
FURTHER_FALL = 0.2
"""Share of the train loss that must go after the best epoch."""


@dataclass(frozen=True)
class Gap:
    """Train accuracy − validation accuracy over a run."""

    epochs: tuple[int, ...]
    gaps: tuple[float, ...]
    best_epoch: int | None
    """The epoch that the run would choose."""
    onset: int | None
    """First epoch of overfitting; None when it has not set in."""


def gap(history: RunHistory) -> Gap:
    """The gap of a run, and where overfitting sets in."""
    best = history.best
    return Gap(
        tuple(map(int, history.epochs.column("epoch"))),
        tuple(map(sub, history.epochs.column("fit_acc"), history.epochs.column("val_acc"))),
        best.epoch if best else None,
        overfitting_onset(history),
    )


def overfitting_onset(history: RunHistory) -> int | None:
    """The epoch after the lowest validation loss, if the train loss went on falling by a fifth and more; else None.

    With wrong labels that is the loss on the labels trained on: by heart they are learned at the expense of the clean.

    Both losses are smoothed by a running median of three epochs, so that one lucky epoch decides nothing. A train loss
    that falls while validation does not gain is what overfitting means; a validation loss that only jumps about is not.
    """
    losses = [history.epochs.column(figure) for figure in ("val_loss", learned(history))]
    if len(history.epochs) <= FEWEST_AFTER or not all(isfinite(loss) for column in losses for loss in column):
        return None
    validation, train = map(smooth, losses)
    lowest = min(range(len(validation)), key=lambda i: (validation[i], -i))
    if len(validation) - 1 - lowest < FEWEST_AFTER or train[-1] > (1 - FURTHER_FALL) * train[lowest]:
        return None
    return history.epochs[lowest].epoch + 1


def learned(history: RunHistory) -> Literal["train_loss", "fit_loss"]:
    """The figure that falls while a run learns by heart."""
    return "train_loss" if history.config.data.label_noise else "fit_loss"


def smooth(values: Sequence[float]) -> list[float]:
    """Running median of three; of two at the ends, their mean."""
    if len(values) < 3:
        return [median(values)] * len(values)
    middle = [sorted(three)[1] for three in zip(values, values[1:], values[2:], strict=False)]
    return [median(values[:2]), *middle, median(values[-2:])]
