"""The diagnosis, on curves that were really trained (see ``record_curves``)."""

from __future__ import annotations

from math import inf

import pytest

from tests.analysis.curves import made_up, recorded
from trainer.analysis.diagnosis import diagnose, findings
from trainer.analysis.gap import gap, overfitting_onset
from trainer.config import RunConfig
from trainer.config.properties import replace


@pytest.mark.parametrize(
    ("curve", "rule", "evidence", "advice"),
    [
        ("frozen", "not learning", "that of guessing (ln 10 = 2.303), and the weights hardly move", "learning rate"),
        ("vanishing", "not learning", "after 8 epochs the train loss is 2.300", "fewer layers, relu"),
        ("diverged", "diverged", "the loss is nan in epoch 1", "1 instead of 10"),
        ("blown up", "blown up", "the train loss was 3.39e+07 in epoch 1", "0.3 instead of 3"),
        ("slow", "underfitting", "still falls by 0.3 % an epoch, train accuracy is 19.9 %", "lr 0.001"),
        ("improving", "underfitting", "still falls by 2.0 % an epoch", "20 epochs"),
        ("overfit", "overfitting", "the train loss went from 0.041 to 0.024", "dropout"),
        ("L2 0.3", "too strong", "the penalty 0.65 weighs as much as the loss 1.22", "L2 λ 0.03 instead of 0.3"),
        ("L2 0.1", "too strong", "train accuracy is only 78.1 %", "0.01 instead of 0.1"),
        ("L1 0.01", "too strong", "98 % of the weights are near zero", "0.001 instead of 0.01"),
        ("dropout 0.9", "dropout hurts", "29.3 % of the training examples are right, 69.4 %", "0.5 or less"),
        ("decayed too soon", "plateau", "has lowered lr from 0.01 to 1e-10", "a schedule that falls later"),
        ("unsteady", "unsteady", "jumps by 115 %", "lr 0.033"),
        ("adam", "adam with coupled L2", "large weights shrink least", "decoupled"),
    ],
)
def test_a_recorded_run_is_told_what_is_wrong_with_evidence_and_advice(
    curve: str, rule: str, evidence: str, advice: str
) -> None:
    found = diagnose(recorded(curve))
    assert found is not None and found.rule == rule
    assert evidence in found.evidence and advice in found.advice
    assert "\n" not in found.line


def test_a_run_that_fits_well_is_left_alone() -> None:
    assert findings(recorded("fits well")) == ()
    assert diagnose(made_up(RunConfig(), status=None)) is None


def test_the_lessons_trap_is_seen_at_once() -> None:
    """The notebook's second cell: the optimizer held another model's weights, and nobody noticed for ten epochs."""
    losses = [2.3139, 2.3143, 2.3144, 2.3142, 2.3145, 2.3142, 2.3143, 2.3140, 2.3145, 2.3145]
    trap = made_up(
        train_loss=losses, fit_loss=losses, val_loss=losses, train_acc=0.0857, fit_acc=0.0855, val_acc=0.0855,
        weight_norm=[(9.24, 1.85)] * 10, lr=1e-4, status=None,
    )  # fmt: skip
    for epochs in range(2, 11):
        seen = made_up(
            fit_loss=losses[:epochs], val_loss=losses[:epochs], fit_acc=0.0855, val_acc=0.0855,
            weight_norm=[(9.24, 1.85)] * epochs, lr=1e-4, status=None,
        )  # fmt: skip
        found = diagnose(seen)
        assert found is not None and found.rule == "not learning", epochs
    found = diagnose(trap)
    assert found is not None and "ln 10 = 2.303" in found.line and "the weights hardly move" in found.line


def test_the_same_settings_with_less_of_it_are_the_better_evidence() -> None:
    siblings = [recorded(name) for name in ("dropout 0.0", "dropout 0.5", "dropout 0.9", "L2 0.3", "L1 0.01")]
    found = diagnose(recorded("dropout 0.9"), siblings)
    assert found is not None
    assert found.evidence.startswith("against 0.5, train accuracy falls from 97.1 % to 69.4 %")
    strong = diagnose(recorded("L2 0.3"), siblings)
    assert strong is not None and strong.evidence.startswith("against 0, train accuracy falls from 97.7 % to 68.7 %")


def test_much_dropout_that_does_no_harm_is_left_alone() -> None:
    good = made_up(replace(RunConfig(), "regularization.dropout", 0.8), fit_acc=[0.97] * 5, val_acc=0.96, train_acc=0.8)
    less = made_up(replace(RunConfig(), "regularization.dropout", 0.5), run="b", fit_acc=[0.97] * 5, val_acc=0.95)
    assert "dropout hurts" in {f.rule for f in findings(good)}
    assert "dropout hurts" not in {f.rule for f in findings(good, [less])}


def test_a_sibling_that_differs_in_more_is_no_evidence() -> None:
    other = replace(replace(RunConfig(), "regularization.dropout", 0.5), "optimizer.lr", 0.1)
    better = made_up(other, run="b", fit_acc=[0.99] * 5, val_acc=0.99)
    mine = made_up(replace(RunConfig(), "regularization.dropout", 0.9), fit_acc=[0.8] * 5, val_acc=0.78, train_acc=0.3)
    found = diagnose(mine, [better])
    assert found is not None and "against" not in found.evidence


def test_settings_that_do_not_do_what_they_say_are_named() -> None:
    patient = replace(RunConfig(), "regularization.early_stopping", True)
    patient = replace(patient, "regularization.early_stopping.patience", 10)
    found = diagnose(made_up(patient, status=None))
    assert found is not None and "patience 10 is as long as the 10 epochs" in found.line
    rules = [f.rule for f in findings(recorded("L1 0.0003"))]
    assert rules == ["overfitting", "L1 without zeros"]
    assert "L1 without zeros" not in {f.rule for f in findings(recorded("L1 proximal"))}
    decoupled = replace(recorded("adam").config, "regularization.l2_method", "decoupled")
    assert findings(made_up(decoupled)) == ()


def test_an_infinite_loss_is_divergence_whatever_the_rest_says() -> None:
    found = diagnose(made_up(val_loss=[0.5, inf], train_loss=[0.5, 0.4], status=None, lr=0.5))
    assert found is not None and found.line.startswith(
        "diverged: the loss is inf in epoch 2. Try a learning rate of 0.05"
    )


def test_overfitting_sets_in_after_the_lowest_validation_loss() -> None:
    history = made_up(
        fit_loss=[1.0, 0.6, 0.4, 0.3, 0.2, 0.1, 0.05], val_loss=[1.1, 0.8, 0.7, 0.69, 0.75, 0.8, 0.9], fit_acc=0.9
    )
    found = gap(history)
    assert (found.best_epoch, found.onset) == (4, 5)
    assert found.gaps == pytest.approx([0.15] * 7)


def test_one_bad_epoch_is_no_overfitting() -> None:
    assert overfitting_onset(made_up(fit_loss=[1.0, 0.5, 0.3, 0.2, 0.15], val_loss=[1.0, 0.6, 0.5, 0.4, 0.6])) is None
    jumping = made_up(fit_loss=[0.5, 0.3, 0.5, 0.3, 0.5, 0.4, 0.5], val_loss=[0.7, 0.6, 0.7, 0.8, 0.7, 0.8, 0.7])
    assert overfitting_onset(jumping) is None
