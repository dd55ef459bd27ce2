"""Rules about the regularizers of a run: which is too strong, and which does not do what it says."""

from __future__ import annotations

from trainer.analysis.finding import Diagnosis, Siblings, percent
from trainer.analysis.metrics import Measured
from trainer.config import RunConfig
from trainer.events import Epoch
from trainer.history import RunHistory


def too_strong(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
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
                f"{100 * last.near_zero:.0f} % of the weights are near zero, train accuracy is {percent(last.fit_acc)}"
            )
            return Diagnosis("too strong", f"{symbol} {value:.3g} is too strong", evidence, advice)
        if weaker is None and penalty > 0.4 * last.fit_loss and last.fit_acc < 0.85 and last.gap < 0.05:
            evidence = (
                f"the penalty {penalty:.2f} weighs as much as the loss {last.fit_loss:.2f}, "
                f"train accuracy is only {percent(last.fit_acc)}"
            )
            return Diagnosis("too strong", f"{symbol} {value:.3g} is too strong", evidence, advice)
    return None


def too_much_dropout(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
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
            f"while units are dropped {percent(last.train_acc)} of the training examples are right, "
            f"{percent(last.fit_acc)} with all of them"
        )
    else:
        return None
    return Diagnosis("dropout hurts", f"{field.replace('_', ' ')} {value:g} hurts", evidence, "0.5 or less")


def patience_too_long(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    rule, epochs = history.config.regularization.early_stopping, history.config.epochs
    if rule is None or rule.patience < epochs:
        return None
    return Diagnosis(
        "patience", "early stopping never stops", f"patience {rule.patience} is as long as the {epochs} epochs",
        f"patience {max(1, epochs // 4)}",
    )  # fmt: skip


def adam_with_coupled_l2(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    config = history.config
    part = config.regularization
    if config.optimizer.name not in ("adam", "adamw") or not part.l2 or part.l2_method != "coupled":
        return None
    return Diagnosis(
        "adam with coupled L2", "Adam with coupled L2",
        f"{config.optimizer.name} divides the penalty's gradient by its own size, so that large weights shrink least",
        "l2_method decoupled (AdamW)",
    )  # fmt: skip


def l1_without_zeros(history: RunHistory, siblings: Siblings) -> Diagnosis | None:
    last, part = history.last, history.config.regularization
    if not part.l1 or part.l1_method != "subgradient" or last is None or last.epoch < 3:
        return None
    if last.near_zero < 0.2 or last.sparsity > 0.01:
        return None
    evidence = (
        f"{100 * last.near_zero:.0f} % of the weights are below 0.001, {100 * last.sparsity:.1f} % are exactly zero"
    )
    return Diagnosis("L1 without zeros", "L1 by subgradient gives no exact zeros", evidence, "l1_method proximal")


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
        f"against {value:.3g}, train accuracy falls from {percent(weaker.last.fit_acc)} to {percent(mine.fit_acc)} "
        f"and validation from {percent(weaker.last.val_acc)} to {percent(mine.val_acc)}"
    )
