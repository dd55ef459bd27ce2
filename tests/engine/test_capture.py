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
from trainer.dials import Controls, DialRequest
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


def recorder(stack: Stack, recordings: list[Tape] | None = None) -> Callable[[Steps], Steps]:
    """As a graph's: recording leaves no trace in what is trained; ``recordings`` are noted."""

    def record(steps: Steps) -> Steps:
        optimizer = stack.optimizer
        trained = [*stack.network.state.values(), *optimizer.first, *optimizer.second, optimizer._steps]
        before = [tensor.clone() for tensor in trained]
        with Tape() as tape:
            steps()
        if recordings is not None:
            recordings.append(tape)
        for tensor, former in zip(trained, before, strict=True):
            tensor.copy_(former)
        replay: Steps = tape.replay
        return replay

    return record


def images(examples: int = 300) -> ResidentData:
    draw = torch.Generator().manual_seed(1)
    x, y = torch.randn(700, 1, 28, 28, generator=draw), torch.randint(0, 10, (700,), generator=draw)
    positions = torch.arange(examples)
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


BASE: dict[str, Any] = {
    "data": {"dataset": "digits", "batch_size": 3, "validation": 100},
    "model": {"kind": "mlp", "hidden": [9]},
    "epochs": 2,
}
TURNS: list[tuple[dict[str, Any], str, float, float]] = [
    ({"optimizer": {"name": "sgd", "lr": 0.1}}, "optimizer.lr", 0.01, 0.1),
    ({"optimizer": {"name": "adam", "lr": 0.01}}, "optimizer.lr", 0.1, 0.01),
    ({"optimizer": {"name": "sgd", "momentum": 0.5}}, "optimizer.momentum", 0.9, 0.5),
    ({"optimizer": {"name": "sgd", "momentum": 0.5, "nesterov": True}}, "optimizer.momentum", 0.9, 0.5),
    ({"optimizer": {"name": "rmsprop", "momentum": 0.5}}, "optimizer.momentum", 0.9, 0.5),
    ({"regularization": {"l1": 1e-3}}, "regularization.l1", 1e-2, 0.0),
    ({"regularization": {"l1": 1e-3, "l1_method": "proximal"}}, "regularization.l1", 1e-2, 0.0),
    ({"regularization": {"l2": 1e-2}, "optimizer": {"name": "adam"}}, "regularization.l2", 0.1, 0.0),
    ({"regularization": {"l2": 1e-2, "l2_method": "decoupled"}}, "regularization.l2", 0.1, 0.0),
    ({"regularization": {"dropout": 0.5}}, "regularization.dropout", 0.2, 0.0),
    ({"regularization": {"input_dropout": 0.5}}, "regularization.input_dropout", 0.2, 0.0),
    ({"regularization": {"max_norm": 0.5}}, "regularization.max_norm", 0.3, 0.4),
    ({"regularization": {"label_smoothing": 0.1}}, "regularization.label_smoothing", 0.3, 0.0),
]
"""Of a setting: the config, its path, and the two values that it is turned to."""


def turned(case: dict[str, Any], path: str, values: dict[int, float], recordings: list[Tape] | None) -> Stack:
    """Two members after an epoch, a dial of the first turned before these steps; recorded where tapes are kept."""
    controls = Controls()
    members = [Member(str(seed), RunConfig.model_validate({**BASE, **case, "seed": seed})) for seed in (0, 1)]
    stack = Stack(members, images(700), CPU, controls)
    if recordings is not None:
        stack.record = recorder(stack, recordings)
    for done in stack.epoch_steps(0, RunningFigures(2, CPU)):
        if done in values and not stack.take_news():
            controls.dial(DialRequest(path, values[done], "0"))
    return stack


@pytest.mark.parametrize(("case", "path", "first", "second"), TURNS, ids=lambda value: str(value)[:60])
def test_a_turned_dial_needs_no_new_recording(case: dict[str, Any], path: str, first: float, second: float) -> None:
    torch.set_num_threads(1)
    values, recordings = {64: first, 128: second}, list[Tape]()
    replayed, stepped = turned(case, path, values, recordings), turned(case, path, values, None)
    untouched = turned(case, path, {}, [])
    assert len(recordings) == 1
    for k, same in ((0, False), (1, True)):  # the second member's dials stay where they are
        weights = replayed.network.parameters[0].values[k]
        assert torch.equal(weights, stepped.network.parameters[0].values[k])
        assert torch.equal(weights, untouched.network.parameters[0].values[k]) is same


def test_a_dial_that_turns_something_on_is_recorded_once_more() -> None:
    values, recordings = {64: 0.5, 96: 0.0, 160: 0.2}, list[Tape]()
    case: dict[str, Any] = {"regularization": {"l2": 1e-3}}
    replayed = turned(case, "regularization.dropout", values, recordings)
    stepped = turned(case, "regularization.dropout", values, None)
    assert len(recordings) == 2
    assert torch.equal(replayed.network.parameters[0].values, stepped.network.parameters[0].values)
