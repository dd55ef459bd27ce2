"""Recorded and made-up runs to analyse."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.analysis.record_curves import FILE
from trainer.config import RunConfig
from trainer.config.properties import validate
from trainer.events import Ended, Epoch, Status
from trainer.history import RunHistory


def made_up(
    config: RunConfig | None = None,
    *,
    run: str = "run",
    status: Status | None = "completed",
    test_acc: float | None = None,
    **figures: float | Sequence[float] | Sequence[tuple[float, ...]],
) -> RunHistory:
    """A run with these figures: a number is that of a single epoch, or of all; the others stand still."""
    given = {name: [value] if isinstance(value, int | float) else list(value) for name, value in figures.items()}
    count = max((len(values) for values in given.values()), default=1)
    history = RunHistory(run, config or RunConfig())
    for i in range(count):
        values: dict[str, Any] = {
            "train_loss": 0.5, "train_acc": 0.8, "fit_loss": 0.5, "fit_acc": 0.8, "val_loss": 0.6, "val_acc": 0.75,
            "l1_penalty": 0.0, "l2_penalty": 0.0, "lr": 0.01, "weight_norm": (9.0 + 0.1 * i, 2.0), "grad_norm": 1.0,
            "sparsity": 0.0, "near_zero": 0.03,
        }  # fmt: skip
        values |= {name: column[min(i, len(column) - 1)] for name, column in given.items()}
        history.apply(
            Epoch(run=run, time=float(i), epoch=i + 1, step=10 * (i + 1), seconds=1.0, eval_seconds=0.1, **values)
        )
    if status is not None:
        best = history.best
        history.apply(
            Ended(
                run=run,
                time=99.0,
                status=status,
                epochs=count,
                best_epoch=best.epoch if best else None,
                test_loss=None if test_acc is None else 0.3,
                test_acc=test_acc,
            )
        )
    return history


@cache
def _recorded(file: Path) -> Mapping[str, Mapping[str, Any]]:
    return {curve["name"]: curve for curve in json.loads(file.read_text("utf-8"))}


def recorded(name: str, file: Path = FILE) -> RunHistory:
    """A run that was really trained; see ``record_curves``."""
    curve = _recorded(file)[name]
    figures = {figure: [_number(value) for value in column] for figure, column in curve["figures"].items()}
    return made_up(validate(curve["config"]), run=name, status=curve["status"], test_acc=curve["test_acc"], **figures)


def _number(value: object) -> Any:
    return tuple(map(_number, value)) if isinstance(value, list) else float(str(value))
