"""Rules about the curves of a run: whether it learns, what, and whether more of the same would help."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite, log, nan
from statistics import median

from trainer.analysis.finding import Diagnosis, Siblings, loss, percent
from trainer.analysis.gap import learned, overfitting_onset, smooth
from trainer.config import DATASETS, RunConfig
from trainer.history import RunHistory


def diverged(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    columns = (history.epochs.column(figure) for figure in ("train_loss", "fit_loss", "val_loss"))
    losses = ((place, loss) for place, three in enumerate(zip(*columns, strict=True)) for loss in three)
    place, loss = next(((place, loss) for place, loss in losses if not isfinite(loss)), (-1, nan))
    last = history.epochs[place] if history.epochs else None
    if last is None or (isfinite(last.train_loss + last.fit_loss + last.val_loss) and history.status != "diverged"):
        return None
    return Diagnosis(
        "diverged", "diverged", f"the loss is {loss} in epoch {last.epoch}",
        f"a learning rate of {last.lr / 10:.3g} instead of {last.lr:.3g}",
    )  # fmt: skip


def blown_up(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    """A loss beyond ten times chance: steps so large that they threw the weights away, though nothing became NaN."""
    chance = log(DATASETS[history.config.data.dataset].classes)
    losses = history.epochs.column("train_loss")
    worst = history.epochs[max(range(len(losses)), key=losses.__getitem__)] if losses else None
    if worst is None or not worst.train_loss > 10 * chance:
        return None
    return Diagnosis(
        "blown up", "blown up",
        f"the train loss was {worst.train_loss:.3g} in epoch {worst.epoch} (guessing gives {chance:.3f})",
        f"a learning rate of {worst.lr / 10:.3g} instead of {worst.lr:.3g}",
    )  # fmt: skip


def not_learning(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    """At the loss of guessing, and not leaving it: the lesson's optimizer that held another model's weights."""
    epochs, chance = history.epochs, log(DATASETS[history.config.data.dataset].classes)
    if len(epochs) < 2 or not all(abs(e.fit_loss - chance) < 0.05 * chance for e in epochs[-2:]):
        return None
    fallen = (epochs[0].fit_loss - epochs[-1].fit_loss) / (len(epochs) - 1)
    if fallen > 0.002 * chance:  # on its way, however slowly: the lesson's first cell falls by 0.008 of it an epoch
        return None
    still = _change(sum(epochs[0].weight_norm), sum(epochs[-1].weight_norm)) < 1e-3
    evidence = f"after {epochs[-1].epoch} epochs the train loss is {epochs[-1].fit_loss:.3f}, that of guessing"
    classes, lr = DATASETS[history.config.data.dataset].classes, epochs[-1].lr
    evidence += f" (ln {classes} = {chance:.3f})" + (", and the weights hardly move" if still else "")
    usual = 0.01 if history.config.optimizer.name == "sgd" else 0.001
    advice = f"a learning rate of {usual}" if still and lr < usual / 10 else _less_of_what_holds_it(history.config)
    return Diagnosis("not learning", "not learning", evidence, advice)


def _less_of_what_holds_it(config: RunConfig) -> str:
    """What to try when nothing is learned though the weights move: first less of a regularizer that is very strong."""
    part = config.regularization
    if part.l2 >= 0.1 or part.l1 >= 0.003:
        symbol, value = ("L2", part.l2) if part.l2 >= 0.1 else ("L1", part.l1)
        return f"{symbol} λ {value / 100:.3g} instead of {value:.3g}"
    if max(part.dropout, part.input_dropout) > 0.7:
        return "dropout of 0.5 or less"
    return "fewer layers, relu, or another lr"


def overfitting(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    last, onset = history.last, overfitting_onset(history)
    if last is None:
        return None
    advice = "dropout 0.5" if not history.config.regularization.dropout else "more L2, or early stopping"
    if onset is not None:
        since = history.epochs[history.epochs.column("epoch").index(onset - 1)]
        before, now = (getattr(e, learned(history)) for e in (since, last))
        evidence = (
            f"since then the train loss went from {loss(before)} to {loss(now)}, "
            f"the validation loss from {loss(since.val_loss)} to {loss(last.val_loss)}; gap {100 * last.gap:+.1f} pp"
        )
        return Diagnosis("overfitting", f"overfitting since epoch {onset}", evidence, advice)
    if last.fit_acc > 0.95 and last.gap > 0.05:
        evidence = f"train accuracy is {percent(last.fit_acc)}, validation {percent(last.val_acc)}"
        return Diagnosis("overfitting", "overfitting", evidence, advice)
    return None


def unsteady(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    """A train loss that jumps up and down by a quarter: steps too large to settle."""
    losses = history.series("fit_loss")[-8:]
    if len(losses) < 8:
        return None
    jumps = [b - a for a, b in pairwise(losses)]
    size = median(map(abs, jumps)) / median(losses)
    if size < 0.25 or sum(jump > 0 for jump in jumps) < 2:
        return None
    lr = history.epochs[-1].lr
    evidence = f"the train loss jumps by {100 * size:.0f} % from epoch to epoch at lr {lr:.3g}"
    return Diagnosis("unsteady", "unsteady", evidence, f"lr {lr / 3:.2g}, or a schedule that lowers it")


def underfitting(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    """Over, though the validation loss was still falling: by 1 % an epoch, or 0.2 % while half is still wrong."""
    epochs, last = history.epochs, history.last
    if last is None or history.status != "completed" or len(epochs) < 4 or last.fit_acc > 0.99 or last.gap > 0.05:
        return None
    losses = smooth(history.series("val_loss"))
    fall = (1 - losses[-1] / losses[-4]) / 3
    if fall < (0.01 if last.fit_acc > 0.5 else 0.002) or losses[-1] > min(losses):
        return None
    evidence = f"validation loss still falls by {100 * fall:.1f} % an epoch, train accuracy is {percent(last.fit_acc)}"
    advice = f"{2 * history.config.epochs} epochs" if last.fit_acc > 0.8 else f"lr {10 * last.lr:.2g}, or more epochs"
    return Diagnosis("underfitting", "underfitting and still improving", evidence, advice)


def plateau(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    """Neither loss has moved by 1 % in the last quarter, five epochs at least."""
    epochs = history.epochs
    count = max(5, len(epochs) // 4)
    if len(epochs) <= count or blown_up(history, siblings) or not_learning(history, siblings):
        return None
    if any(_spread(epochs.column(figure)[-count - 1 :]) > 0.01 for figure in ("fit_loss", "val_loss")):
        return None
    since, last, first_lr = epochs[-count - 1].epoch, epochs[-1], max(epochs.column("lr"))
    evidence = f"in {count} epochs neither the train loss ({last.fit_loss:.3f}) nor the validation loss moved by 1 %"
    if last.lr < 0.01 * first_lr:
        evidence += f"; the schedule has lowered lr from {first_lr:.2g} to {last.lr:.2g}"
        return Diagnosis("plateau", f"plateau since epoch {since}", evidence, "a schedule that falls later")
    advice = "fewer epochs" if last.fit_acc > 0.95 else "a larger net, or another lr"
    return Diagnosis("plateau", f"plateau since epoch {since}", evidence, advice)


def _change(before: float, after: float) -> float:
    return abs(after - before) / max(abs(before), 1e-12)


def _spread(values: Sequence[float]) -> float:
    return (max(values) - min(values)) / max(min(values), 1e-12)
