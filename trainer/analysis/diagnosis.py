"""What is wrong with a run, in one line: rules over its curves, each with its evidence and one thing to try.

The thresholds are set by the recorded curves of tests/analysis; each stands beside what it was chosen for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, log, nan
from statistics import median

from trainer.analysis.gap import learned, overfitting_onset, smooth
from trainer.analysis.metrics import Measured
from trainer.config import DATASETS, RunConfig
from trainer.events import Epoch
from trainer.history import RunHistory

Siblings = Sequence[Measured]


@dataclass(frozen=True)
class Diagnosis:
    """One finding."""

    rule: str
    """Short name of the rule, stable."""
    finding: str
    evidence: str
    advice: str
    """One thing to try."""

    @property
    def line(self) -> str:
        """The whole as one line."""
        return f"{self.finding}: {self.evidence}. Try {self.advice}."


Rule = Callable[[RunHistory, Siblings], Diagnosis | None]


def diagnose(history: RunHistory, siblings: Siblings = ()) -> Diagnosis | None:
    """The most important finding; None when there is nothing to say (yet).

    ``siblings`` are other runs; those that differ in one regularizer only serve as evidence.
    """
    return next(iter(findings(history, siblings)), None)


def findings(history: RunHistory, siblings: Siblings = ()) -> tuple[Diagnosis, ...]:
    """Everything that the rules find, most important first."""
    found = (rule(history, siblings) for rule in RULES)
    return tuple(diagnosis for diagnosis in found if diagnosis is not None)


def _diverged(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
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


def _blown_up(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
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


def _not_learning(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
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


def _too_strong(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    """A penalty that keeps even the training set from being learned."""
    last = history.last
    if last is None or last.epoch < 3 or last.fit_acc > 0.95:
        return None
    part = history.config.regularization
    for field, symbol, penalty in (("l1", "L1 λ", last.l1_penalty), ("l2", "L2 λ", last.l2_penalty)):
        value = getattr(part, field)
        if not value:
            continue
        weaker = _weaker(history, siblings, field)
        advice = f"{symbol} {value / 10:.3g} instead of {value:.3g}"
        if weaker is not None and _worse(last, weaker.last):
            return Diagnosis("too strong", f"{symbol} {value:.3g} is too strong", _fallen(last, weaker, field), advice)
        if weaker is None and last.near_zero > 0.97 and last.fit_acc < 0.9:
            evidence = (
                f"{100 * last.near_zero:.0f} % of the weights are near zero, train accuracy is {_percent(last.fit_acc)}"
            )
            return Diagnosis("too strong", f"{symbol} {value:.3g} is too strong", evidence, advice)
        if weaker is None and penalty > 0.4 * last.fit_loss and last.fit_acc < 0.85 and last.gap < 0.05:
            evidence = (
                f"the penalty {penalty:.2f} weighs as much as the loss {last.fit_loss:.2f}, "
                f"train accuracy is only {_percent(last.fit_acc)}"
            )
            return Diagnosis("too strong", f"{symbol} {value:.3g} is too strong", evidence, advice)
    return None


def _too_much_dropout(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    """The lesson's p > 0.7: so few units left that the net learns little."""
    last = history.last
    part = history.config.regularization
    field = "dropout" if part.dropout >= part.input_dropout else "input_dropout"
    value = getattr(part, field)
    if last is None or last.epoch < 3 or value <= 0.7:
        return None
    weaker = _weaker(history, siblings, field)
    if weaker is not None and _worse(last, weaker.last):
        evidence = _fallen(last, weaker, field)
    elif weaker is None and last.train_acc < last.fit_acc - 0.1:
        evidence = (
            f"while units are dropped {_percent(last.train_acc)} of the training examples are right, "
            f"{_percent(last.fit_acc)} with all of them"
        )
    else:
        return None
    return Diagnosis("dropout hurts", f"{field.replace('_', ' ')} {value:g} hurts", evidence, "0.5 or less")


def _overfitting(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    last, onset = history.last, overfitting_onset(history)
    if last is None:
        return None
    advice = "dropout 0.5" if not history.config.regularization.dropout else "more L2, or early stopping"
    if onset is not None:
        since = history.epochs[history.epochs.column("epoch").index(onset - 1)]
        before, now = (getattr(e, learned(history)) for e in (since, last))
        evidence = (
            f"since then the train loss went from {before:.3f} to {now:.3f}, "
            f"the validation loss from {since.val_loss:.3f} to {last.val_loss:.3f}; gap {100 * last.gap:+.1f} pp"
        )
        return Diagnosis("overfitting", f"overfitting since epoch {onset}", evidence, advice)
    if last.fit_acc > 0.95 and last.gap > 0.05:
        evidence = f"train accuracy is {_percent(last.fit_acc)}, validation {_percent(last.val_acc)}"
        return Diagnosis("overfitting", "overfitting", evidence, advice)
    return None


def _unsteady(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
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


def _underfitting(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    """Over, though the validation loss was still falling: by 1 % an epoch, or 0.2 % while half is still wrong."""
    epochs, last = history.epochs, history.last
    if last is None or history.status != "completed" or len(epochs) < 4 or last.fit_acc > 0.99 or last.gap > 0.05:
        return None
    losses = smooth(history.series("val_loss"))
    fall = (1 - losses[-1] / losses[-4]) / 3
    if fall < (0.01 if last.fit_acc > 0.5 else 0.002) or losses[-1] > min(losses):
        return None
    evidence = f"validation loss still falls by {100 * fall:.1f} % an epoch, train accuracy is {_percent(last.fit_acc)}"
    advice = f"{2 * history.config.epochs} epochs" if last.fit_acc > 0.8 else f"lr {10 * last.lr:.2g}, or more epochs"
    return Diagnosis("underfitting", "underfitting and still improving", evidence, advice)


def _plateau(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    """Neither loss has moved by 1 % in the last quarter, five epochs at least."""
    epochs = history.epochs
    count = max(5, len(epochs) // 4)
    if len(epochs) <= count or _blown_up(history, siblings) or _not_learning(history, siblings):
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


def _patience_too_long(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    rule, epochs = history.config.regularization.early_stopping, history.config.epochs
    if rule is None or rule.patience < epochs:
        return None
    return Diagnosis(
        "patience", "early stopping never stops", f"patience {rule.patience} is as long as the {epochs} epochs",
        f"patience {max(1, epochs // 4)}",
    )  # fmt: skip


def _adam_with_coupled_l2(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    config = history.config
    part = config.regularization
    if config.optimizer.name not in ("adam", "adamw") or not part.l2 or part.l2_method != "coupled":
        return None
    return Diagnosis(
        "adam with coupled L2", "Adam with coupled L2",
        f"{config.optimizer.name} divides the penalty's gradient by its own size, so that large weights shrink least",
        "l2_method decoupled (AdamW)",
    )  # fmt: skip


def _l1_without_zeros(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    last, part = history.last, history.config.regularization
    if not part.l1 or part.l1_method != "subgradient" or last is None or last.epoch < 3:
        return None
    if last.near_zero < 0.2 or last.sparsity > 0.01:
        return None
    evidence = (
        f"{100 * last.near_zero:.0f} % of the weights are below 0.001, {100 * last.sparsity:.1f} % are exactly zero"
    )
    return Diagnosis("L1 without zeros", "L1 by subgradient gives no exact zeros", evidence, "l1_method proximal")


RULES: tuple[Rule, ...] = (
    _diverged, _blown_up, _too_strong, _not_learning, _too_much_dropout, _overfitting, _unsteady,
    _patience_too_long, _adam_with_coupled_l2, _l1_without_zeros, _underfitting, _plateau,
)  # fmt: skip
"""Most important first: what makes a run worthless, what limits it, settings that do not do what they say, the rest."""


def _weaker(history: RunHistory, siblings: Siblings, field: str) -> Measured | None:
    """The run with the same settings and seed, but less of one regularizer: the best of those that got as far."""
    mine, last = history.config, history.last
    assert last is not None
    found = [
        s for s in siblings
        if s.last is not None and s.last.epoch >= last.epoch
        and getattr(s.config.regularization, field) < getattr(mine.regularization, field)
        and _alike_but(mine, s.config, field)
    ]  # fmt: skip
    return max(found, key=lambda s: s.last.val_acc if s.last else 0.0, default=None)


def _alike_but(a: RunConfig, b: RunConfig, field: str) -> bool:
    same: dict[str, object] = {"name": a.name, "description": a.description}
    same["regularization"] = b.regularization.model_copy(update={field: getattr(a.regularization, field)})
    return b.model_copy(update=same) == a


def _worse(mine: Epoch, theirs: Epoch | None) -> bool:
    """Clearly, on both sets: a point of accuracy."""
    return theirs is not None and mine.fit_acc < theirs.fit_acc - 0.01 and mine.val_acc < theirs.val_acc - 0.01


def _fallen(mine: Epoch, weaker: Measured, field: str) -> str:
    assert weaker.last is not None
    value = getattr(weaker.config.regularization, field)
    return (
        f"against {value:.3g}, train accuracy falls from {_percent(weaker.last.fit_acc)} to {_percent(mine.fit_acc)} "
        f"and validation from {_percent(weaker.last.val_acc)} to {_percent(mine.val_acc)}"
    )


def _change(before: float, after: float) -> float:
    return abs(after - before) / max(abs(before), 1e-12)


def _spread(values: Sequence[float]) -> float:
    return (max(values) - min(values)) / max(min(values), 1e-12)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
