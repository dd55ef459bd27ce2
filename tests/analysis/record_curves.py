"""Train small things that go wrong in known ways, and keep their curves: ``python -m tests.analysis.record_curves``.

The curves that the diagnosis is tested on are these, so that its thresholds answer to real training. Half a minute.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from trainer.config import RunConfig
from trainer.config.properties import validate
from trainer.execution import Execution, Member
from trainer.history import RunHistory

FILE = Path(__file__).with_name("curves.json")
FIGURES = (
    "train_loss", "train_acc", "fit_loss", "fit_acc", "val_loss", "val_acc", "l1_penalty", "l2_penalty", "lr",
    "weight_norm", "grad_norm", "sparsity", "near_zero",
)  # fmt: skip
SMALL: dict[str, Any] = {"data": {"train_size": 1000, "validation": 5000}, "optimizer": {"name": "sgd", "lr": 0.1}}
LARGER: dict[str, Any] = {**SMALL, "data": {"train_size": 5000, "validation": 5000}}


def experiments() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each curve's name and what its config changes."""
    yield "frozen", {**LARGER, "optimizer": {"name": "sgd", "lr": 1e-6}, "epochs": 8}
    deep = {"kind": "mlp", "hidden": [64] * 5, "activation": "sigmoid"}
    yield "vanishing", {**LARGER, "optimizer": {"name": "sgd", "lr": 0.01}, "model": deep, "epochs": 8}
    two = {"kind": "mlp", "hidden": [256, 256]}
    yield "blown up", {**SMALL, "optimizer": {"name": "sgd", "lr": 3.0}, "model": two, "epochs": 8}
    yield "diverged", {**SMALL, "optimizer": {"name": "sgd", "lr": 10.0}, "regularization": {"l2": 10.0}, "epochs": 8}
    yield "slow", {**LARGER, "optimizer": {"name": "sgd", "lr": 1e-4}}
    yield "improving", {**LARGER, "optimizer": {"name": "sgd", "lr": 0.01}}
    yield "overfit", {**SMALL, "epochs": 40}
    yield (
        "fits well",
        {**LARGER, "optimizer": {"name": "sgd", "lr": 0.03}, "scheduler": {"name": "cosine"}, "epochs": 15},
    )
    for value in (0.3, 0.1):
        yield f"L2 {value}", {**SMALL, "regularization": {"l2": value}, "epochs": 20}
    yield "L1 0.01", {**SMALL, "regularization": {"l1": 0.01}, "epochs": 20}
    yield "L1 0.0003", {**SMALL, "regularization": {"l1": 3e-4}, "epochs": 20}
    yield "L1 proximal", {**SMALL, "regularization": {"l1": 3e-4, "l1_method": "proximal"}, "epochs": 20}
    for value in (0.0, 0.5, 0.9):
        yield f"dropout {value}", {**SMALL, "regularization": {"dropout": value}, "epochs": 20}
    step = {"name": "step", "step_size": 3, "gamma": 0.1}
    yield "decayed too soon", {**SMALL, "optimizer": {"name": "sgd", "lr": 0.01}, "scheduler": step, "epochs": 25}
    yield "unsteady", {**LARGER, "model": {"kind": "linear"}, "epochs": 25}
    yield "adam", {**LARGER, "optimizer": {"name": "adam", "lr": 1e-4}, "regularization": {"l2": 1e-3}, "epochs": 8}


def main() -> None:
    """Train all of them."""
    record(experiments(), FILE)


def record(chosen: Iterable[tuple[str, dict[str, Any]]], file: Path) -> None:
    """Train all at their own pace; a member's curve does not depend on its neighbours."""
    from trainer.engine import train

    configs = {name: validate(changes) for name, changes in chosen}
    histories = {name: RunHistory(name, config) for name, config in configs.items()}
    members = [Member(name, config) for name, config in configs.items()]
    for event in train(members, Execution("cpu", 1)):
        histories[event.run].apply(event)
    curves = [json.dumps({"name": name, **_curve(history)}) for name, history in histories.items()]
    file.write_text("[\n" + ",\n".join(curves) + "\n]\n", "utf-8")


def _curve(history: RunHistory) -> dict[str, Any]:
    ended = history.ended
    assert ended is not None
    figures = {figure: [_short(getattr(e, figure)) for e in history.epochs] for figure in FIGURES}
    settings = RunConfig.model_dump(history.config, mode="json", exclude_defaults=True)
    settings["optimizer"] = history.config.optimizer.model_dump(mode="json")
    settings["model"] = history.config.model.model_dump(mode="json")
    settings["scheduler"] = history.config.scheduler.model_dump(mode="json")
    return {"config": settings, "status": ended.status, "test_acc": ended.test_acc, "figures": figures}


def _short(value: float | tuple[float, ...]) -> object:
    """Five digits; what is not finite as text, as events have it."""
    if isinstance(value, tuple):
        return [_short(part) for part in value]
    return float(f"{value:.5g}") if abs(value) < float("inf") else str(value)


if __name__ == "__main__":
    main()
