"""Curves that no threshold was chosen by: ``python -m tests.analysis.record_held_out`` trains and keeps them.

Other data, seeds, networks and sizes than those of ``record_curves``. What is wrong with each was written down here
before any of them was trained. Of 15 that are ill the rules found 11; one rule and two pieces of advice were mended
then, and checked on three more (``AFTERWARDS``). No threshold was moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.analysis.record_curves import record
from trainer.config.properties import replace
from trainer.presets import load_preset

FILE = Path(__file__).with_name("held_out.json")

ILL: dict[str, str] = {
    "frozen spirals": "not learning",
    "vanishing digits": "not learning",
    "diverged digits": "diverged",
    "overfit, seed 3": "overfitting",
    "wrong labels": "overfitting",
    "digits decayed too soon": "plateau",
    "digits L2 1": "too strong",
    "L1 0.03": "too strong",
    "digits dropout 0.95": "dropout hurts",
    "slow gaussians": "underfitting",
    "few epochs": "underfitting",
    "linear at lr 0.5": "unsteady",
    "adam on moons": "adam with coupled L2",
    "digits L1 0.001": "L1 without zeros",
    "patient circles": "patience",
}
"""Each with the rule that should find it, among others perhaps."""
MISSED = {
    "digits L2 1": "not learning",
    "digits dropout 0.95": "not learning",
    "slow gaussians": None,
}
"""What the rules do not find, and what they say instead: at the loss of guessing they cannot tell why, and 99 % is
enough for them, however much the loss still falls."""
AFTERWARDS = {
    "digits with wrong labels": "overfitting",
    "digits L2 3": "L2 λ 0.03 instead of 3",
    "digits dropout 0.97": "dropout of 0.5 or less",
}
"""Trained after the rules were mended for "wrong labels" and for the advice of two that were missed: the rule that
finds it, or the advice that it gets."""
WELL = ("moons", "gaussians", "mnist with dropout", "mnist with L2", "circles", "digits, one-cycle")
"""Nothing is wrong with these, though more epochs may help some and others may have stopped gaining."""


def _mlp(*hidden: int, activation: str = "relu") -> dict[str, Any]:
    return {"kind": "mlp", "hidden": list(hidden), "activation": activation}


def _sgd(lr: float, momentum: float = 0.0) -> dict[str, Any]:
    return {"name": "sgd", "lr": lr, "momentum": momentum}


def experiments() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each curve's name and its config."""
    toy = {"batch_size": 32, "validation": 200}
    digits = {"dataset": "digits", "validation": 400, "batch_size": 32}
    cosine = {"name": "cosine"}
    yield "frozen spirals", {"data": {"dataset": "spirals", **toy}, "optimizer": _sgd(1e-7), "epochs": 12, "seed": 11}
    yield (
        "vanishing digits",
        {
            "data": digits,
            "model": _mlp(*[32] * 6, activation="sigmoid"),
            "optimizer": _sgd(0.02),
            "epochs": 10,
            "seed": 4,
        },
    )
    yield (
        "diverged digits",
        {"data": digits, "optimizer": _sgd(10.0), "regularization": {"l2": 3.0}, "epochs": 6, "seed": 5},
    )
    yield "overfit, seed 3", replace(load_preset("overfit").config, "seed", 3).model_dump()
    yield "wrong labels", replace(load_preset("label-noise").config, "seed", 9).model_dump()
    step = {"name": "step", "step_size": 2, "gamma": 0.1}
    yield (
        "digits decayed too soon",
        {"data": digits, "optimizer": _sgd(0.02), "scheduler": step, "epochs": 20, "seed": 6},
    )
    yield (
        "digits L2 1",
        {"data": digits, "optimizer": _sgd(0.05), "regularization": {"l2": 1.0}, "epochs": 15, "seed": 7},
    )
    small = {"train_size": 2000, "validation": 2000}
    yield "L1 0.03", {"data": small, "optimizer": _sgd(0.05), "regularization": {"l1": 0.03}, "epochs": 12, "seed": 8}
    yield (
        "digits dropout 0.95",
        {"data": digits, "model": _mlp(64), "optimizer": _sgd(0.1), "regularization": {"dropout": 0.95}, "epochs": 15,
         "seed": 9},
    )  # fmt: skip
    yield "slow gaussians", {"data": {"dataset": "gaussians", **toy}, "optimizer": _sgd(0.001), "epochs": 8, "seed": 10}
    yield (
        "few epochs",
        {"data": {"train_size": 10000, "validation": 2000}, "optimizer": _sgd(0.005), "epochs": 5, "seed": 5},
    )
    yield (
        "linear at lr 0.5",
        {"data": small, "model": {"kind": "linear"}, "optimizer": _sgd(0.5), "epochs": 15, "seed": 3},
    )
    adam = {"name": "adam", "lr": 0.003}
    yield (
        "adam on moons",
        {
            "data": {"dataset": "moons", **toy},
            "optimizer": adam,
            "regularization": {"l2": 0.01},
            "epochs": 15,
            "seed": 12,
        },
    )
    yield (
        "digits L1 0.001",
        {"data": digits, "optimizer": _sgd(0.05), "regularization": {"l1": 0.001}, "epochs": 20, "seed": 13},
    )
    patient = {"early_stopping": {"patience": 30}}
    yield (
        "patient circles",
        {"data": {"dataset": "circles", **toy}, "optimizer": adam, "regularization": patient, "epochs": 20, "seed": 14},
    )
    yield "moons", {"data": {"dataset": "moons", **toy}, "optimizer": adam, "epochs": 25, "seed": 15}
    yield "gaussians", {"data": {"dataset": "gaussians", **toy}, "optimizer": _sgd(0.1), "epochs": 15, "seed": 16}
    yield (
        "mnist with dropout",
        {"data": {"train_size": 10000, "validation": 2000}, "optimizer": _sgd(0.05), "scheduler": cosine,
         "regularization": {"dropout": 0.2}, "epochs": 10, "seed": 17},
    )  # fmt: skip
    yield (
        "mnist with L2",
        {"data": {"train_size": 10000, "validation": 2000}, "optimizer": _sgd(0.02, 0.5), "scheduler": cosine,
         "regularization": {"l2": 0.001}, "epochs": 10, "seed": 18},
    )  # fmt: skip
    yield "circles", {"data": {"dataset": "circles", **toy}, "optimizer": adam, "epochs": 25, "seed": 19}
    noisy = {**digits, "label_noise": 0.3}
    yield (
        "digits with wrong labels",
        {"data": noisy, "model": _mlp(256), "optimizer": _sgd(0.1), "epochs": 40, "seed": 21},
    )
    yield (
        "digits L2 3",
        {"data": digits, "optimizer": _sgd(0.02), "regularization": {"l2": 3.0}, "epochs": 10, "seed": 22},
    )
    yield (
        "digits dropout 0.97",
        {"data": digits, "model": _mlp(32), "optimizer": _sgd(0.1), "regularization": {"dropout": 0.97}, "epochs": 10,
         "seed": 23},
    )  # fmt: skip
    yield (
        "digits, one-cycle",
        {"data": digits, "optimizer": _sgd(0.05), "scheduler": {"name": "one-cycle"}, "epochs": 12, "seed": 20},
    )


if __name__ == "__main__":
    record(experiments(), FILE)
