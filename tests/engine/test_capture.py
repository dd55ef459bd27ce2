"""The recorded steps, held on a CPU by a recorder that does what a CUDA graph does: same operations, same addresses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

from trainer.config import RunConfig
from trainer.data.loading import TrainingData
from trainer.engine.capture import Steps
from trainer.engine.stack import ResidentData, RunningFigures, Stack
from trainer.execution import Member

CPU = torch.device("cpu")
Call = tuple[Any, tuple[Any, ...], dict[str, Any], Any]


class Tape(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Every operation with the very memory that it took and gave."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.calls: list[Call] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        self.calls.append((func, *tree_map(_memory, (args, kwargs or {}, out))))
        return out

    @torch.no_grad()
    def replay(self) -> None:
        """The same operations on the same tensors, and what they give where it was given before."""
        for func, args, kwargs, out in self.calls:
            for new, old in zip(tree_leaves(func(*args, **kwargs)), tree_leaves(out), strict=True):
                if isinstance(old, Tensor) and new.data_ptr() != old.data_ptr():
                    old.copy_(new)


def _memory(value: Any) -> Any:
    """A tensor without its history."""
    return value.detach() if isinstance(value, Tensor) else value


def recorder(stack: Stack) -> Callable[[Steps], Steps]:
    """As a graph's: recording leaves no trace in what is trained."""

    def record(steps: Steps) -> Steps:
        optimizer = stack.optimizer
        trained = [*stack.network.state.values(), *optimizer.first, *optimizer.second, optimizer._steps]
        before = [tensor.clone() for tensor in trained]
        with Tape() as tape:
            steps()
        for tensor, former in zip(trained, before, strict=True):
            tensor.copy_(former)
        replay: Steps = tape.replay
        return replay

    return record


def images() -> ResidentData:
    draw = torch.Generator().manual_seed(1)
    x, y = torch.randn(300, 1, 28, 28, generator=draw), torch.randint(0, 10, (300,), generator=draw)
    positions = torch.arange(300)
    return ResidentData(TrainingData(x, y, y, positions, positions[:20], x[:20], y[:20], 10, (1, 28, 28)), CPU)


CASES: list[dict[str, Any]] = [
    {"regularization": {"dropout": 0.5, "l1": 1e-4, "l2": 1e-3}, "scheduler": {"name": "one-cycle"}},
    {"regularization": {"input_dropout": 0.2, "l1": 1e-3, "l1_method": "proximal", "max_norm": 1.0},
     "optimizer": {"name": "sgd", "lr": 0.1, "momentum": 0.9}, "scheduler": {"name": "exponential"}},
    {"optimizer": {"name": "adam", "lr": 0.01}, "regularization": {"label_smoothing": 0.1}},
    {"optimizer": {"name": "rmsprop", "lr": 0.01, "momentum": 0.5}},
    {"model": {"kind": "cnn", "channels": [2, 3], "hidden": [5], "batch_norm": True},
     "regularization": {"dropout": 0.3}, "optimizer": {"name": "adamw", "lr": 0.01}},
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(case))
def test_recorded_steps_train_as_steps_one_by_one(case: dict[str, Any]) -> None:
    base = {"data": {"dataset": "digits", "batch_size": 3, "validation": 100}, "epochs": 2}
    configs = [
        RunConfig.model_validate({"model": {"kind": "mlp", "hidden": [9]}, **base, **case, "seed": seed})
        for seed in (0, 1)
    ]
    torch.set_num_threads(1)
    data, stacks, losses = images(), [], []
    for recorded in (False, True):
        stack = Stack([Member(str(i), c) for i, c in enumerate(configs)], data, CPU)
        if recorded:
            stack.record = recorder(stack)
        figures = RunningFigures(2, CPU)
        yields = list(stack.epoch_steps(0, figures))
        losses.append(figures.loss)
        assert yields[:2] == ([32, 64] if recorded else [1, 2]) and yields[-1] == 100
        stacks.append(stack)
    one_by_one, replayed = stacks
    assert torch.equal(*losses)
    assert one_by_one.optimizer.steps == replayed.optimizer.steps == 100
    for name, tensor in one_by_one.network.state.items():
        assert torch.equal(tensor, replayed.network.state[name]), name
