"""The engine against plain torch.nn, torch.optim and torch.optim.lr_scheduler on identical batches and masks."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from trainer.config import RunConfig
from trainer.data.loading import TrainingData
from trainer.engine.masks import Masks, drop_threshold
from trainer.engine.randomness import batch_order, initial_parameters
from trainer.engine.stack import ResidentData, RunningFigures, Stack
from trainer.execution import Member

CPU = torch.device("cpu")
OPTIMIZERS: list[dict[str, Any]] = [
    {"name": "sgd", "lr": 0.1},
    {"name": "sgd", "lr": 0.05, "momentum": 0.9},
    {"name": "sgd", "lr": 0.05, "momentum": 0.9, "nesterov": True},
    {"name": "adam", "lr": 0.01},
    {"name": "adamw", "lr": 0.01, "betas": [0.8, 0.99]},
    {"name": "rmsprop", "lr": 0.005},
    {"name": "rmsprop", "lr": 0.005, "momentum": 0.5},
]
SCHEDULERS: list[dict[str, Any]] = [
    {"name": "constant"},
    {"name": "step", "step_size": 3, "gamma": 0.5},
    {"name": "multistep", "milestones": [2, 7], "gamma": 0.3},
    {"name": "exponential", "gamma": 0.8},
    {"name": "cosine", "eta_min": 0.001},
    {"name": "cosine-restarts", "T_0": 2, "T_mult": 2},
    {"name": "one-cycle"},
    {"name": "warmup-cosine", "warmup_epochs": 3},
    {"name": "plateau", "patience": 0, "factor": 0.5, "threshold": 0.01},
]


def toy_data(examples: int = 200) -> ResidentData:
    draw = torch.Generator().manual_seed(1)
    x = torch.randn(examples, 2, generator=draw)
    y = (x[:, 0] * x[:, 1] > 0).long()
    positions = torch.arange(examples)
    return ResidentData(TrainingData(x, y, y, positions, positions[:50], x[:50], y[:50], 2, (2,)), CPU)


def config(**parts: Any) -> RunConfig:
    data = {"dataset": "xor", "batch_size": 20, "validation": 50}
    return RunConfig.model_validate({"data": data, "model": {"kind": "mlp", "hidden": [16, 8]}, "epochs": 10, **parts})


def reference_optimizer(cfg: RunConfig, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    options = cfg.optimizer.model_dump(exclude={"name"})
    kinds: dict[str, Any] = {
        "sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.Adam, "rmsprop": torch.optim.RMSprop,
    }  # fmt: skip
    optimizer = kinds[cfg.optimizer.name](parameters, **options)
    assert isinstance(optimizer, torch.optim.Optimizer)
    return optimizer


def reference_scheduler(cfg: RunConfig, optimizer: torch.optim.Optimizer, steps: int) -> Any:
    options = cfg.scheduler.model_dump(exclude={"name"})
    module = torch.optim.lr_scheduler
    match cfg.scheduler.name:
        case "constant":
            return module.ConstantLR(optimizer, 1.0)
        case "step":
            return module.StepLR(optimizer, **options)
        case "multistep":
            return module.MultiStepLR(optimizer, **options)
        case "exponential":
            return module.ExponentialLR(optimizer, **options)
        case "cosine":
            return module.CosineAnnealingLR(optimizer, cfg.epochs, options["eta_min"])
        case "cosine-restarts":
            return module.CosineAnnealingWarmRestarts(optimizer, **options)
        case "one-cycle":
            options["max_lr"] = options["max_lr"] or cfg.optimizer.lr
            return module.OneCycleLR(optimizer, total_steps=cfg.epochs * steps, cycle_momentum=False, **options)
        case "warmup-cosine":
            warm = options["warmup_epochs"]
            parts = [
                module.LinearLR(optimizer, options["start_factor"], 1.0, warm),
                module.CosineAnnealingLR(optimizer, cfg.epochs - warm, options["eta_min"]),
            ]
            return module.SequentialLR(optimizer, parts, [warm])
        case _:
            del options["monitor"]
            return module.ReduceLROnPlateau(optimizer, **options)


class ReferenceRun:
    """The same experiment by autograd, one example of every term written as the lesson would."""

    def __init__(self, cfg: RunConfig, data: ResidentData) -> None:
        self.cfg, self.data, self.masks = cfg, data, Masks([cfg.seed], CPU)
        drawn = initial_parameters(cfg.seed, list(cfg.layers.values()))
        self.weights = [nn.Parameter(w.T.clone()) for w, _ in drawn]
        self.biases = [nn.Parameter(b.clone()) for _, b in drawn]
        self.parameters = [*self.weights, *self.biases]
        self.optimizer = reference_optimizer(cfg, self.parameters)
        self.scheduler = reference_scheduler(cfg, self.optimizer, -(-len(data.train) // cfg.data.batch_size))

    def logits(self, x: Tensor, step: int | None) -> Tensor:
        part = self.cfg.regularization
        for i, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            p = part.input_dropout if i == 0 else part.dropout
            if step is not None and p > 0:
                self.masks.aim(step, 1)
                bits = self.masks.bits(i, x.shape[0], x.shape[1], 0)[0]
                x = x * (bits >= drop_threshold(p)) / (1 - p)
            x = nn.functional.linear(x, w, b)
            if i < len(self.weights) - 1:
                activation = self.cfg.model.activation if self.cfg.model.kind == "mlp" else "relu"
                x = nn.functional.gelu(x) if activation == "gelu" else getattr(torch, activation)(x)
        return x

    def step(self, x: Tensor, y: Tensor, step: int) -> None:
        part = self.cfg.regularization
        penalised = self.parameters if part.penalize_bias else self.weights
        loss = nn.functional.cross_entropy(self.logits(x, step), y, label_smoothing=part.label_smoothing)
        if part.l1_method == "subgradient":
            loss = loss + part.l1 * torch.stack([w.abs().sum() for w in penalised]).sum()
        if part.l2_method == "coupled":
            loss = loss + part.l2 / 2 * torch.stack([w.square().sum() for w in penalised]).sum()
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        lr = self.optimizer.param_groups[0]["lr"]
        with torch.no_grad():
            if part.l2_method == "decoupled":
                for w in penalised:
                    w.mul_(1 - lr * part.l2)
            self.optimizer.step()
            if part.l1_method == "proximal":
                for w in penalised:
                    w.copy_(nn.functional.softshrink(w, lr * part.l1))
            if part.max_norm is not None:
                for w in self.weights:
                    w.copy_(torch.renorm(w, 2, 0, part.max_norm))

    def epoch(self, epoch: int) -> None:
        batch = self.cfg.data.batch_size
        order = self.data.train[batch_order(self.cfg.seed, epoch, len(self.data.train))]
        labels = self.data.targets
        steps = -(-len(order) // batch)
        for i, chosen in enumerate(torch.split(order, batch)):
            self.step(self.data.inputs[chosen], labels[chosen], epoch * steps + i)
            if self.cfg.scheduler.name == "one-cycle" and (epoch + 1, i + 1) != (self.cfg.epochs, steps):
                self.scheduler.step()
        if self.cfg.scheduler.name == "plateau":
            self.scheduler.step(self.judge())
        elif self.cfg.scheduler.name != "one-cycle":
            self.scheduler.step()

    def judge(self) -> float:
        with torch.no_grad():
            examples = self.data.validation
            return float(nn.functional.cross_entropy(self.logits(examples.inputs, None), examples.labels))


def train_stack(configs: list[RunConfig], data: ResidentData) -> Stack:
    from trainer.engine.evaluation import evaluate
    from trainer.engine.schedule import PlateauRate

    torch.set_num_threads(1)
    stack = Stack([Member(str(i), c) for i, c in enumerate(configs)], data, CPU)
    for epoch in range(configs[0].epochs):
        for _ in stack.epoch_steps(epoch, RunningFigures(len(configs), CPU)):
            pass
        score = evaluate(stack.network, data.validation)
        for k, schedule in enumerate(stack.schedules):
            if isinstance(schedule, PlateauRate):
                schedule.observe(score.loss[k], score.accuracy[k])
    return stack


def assert_same_weights(stack: Stack, k: int, reference: ReferenceRun) -> None:
    cfg, values = reference.cfg, [p.values[k] for p in stack.network.parameters]
    # A weight that nothing but the L1 subgradient moves swings around zero, by a whole step where the optimizer
    # divides by the gradient's size: rounding decides on which side it is.
    swing = 4 * cfg.optimizer.lr if cfg.optimizer.name != "sgd" and cfg.regularization.l1_method == "subgradient" else 0
    for i, (w, b) in enumerate(zip(reference.weights, reference.biases, strict=True)):
        mine, theirs = values[2 * i].T, w.detach()
        swings = (mine.abs() < swing) & (theirs.abs() < swing)
        torch.testing.assert_close(mine.where(~swings, theirs), theirs, rtol=2e-3, atol=2e-4)
        torch.testing.assert_close(values[2 * i + 1][0], b.detach(), rtol=2e-3, atol=2e-4)


@pytest.mark.filterwarnings("ignore:Detected call of:UserWarning")
@pytest.mark.filterwarnings("ignore:The epoch parameter in:UserWarning")
@pytest.mark.parametrize("scheduler", SCHEDULERS, ids=lambda s: str(s["name"]))
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: "-".join(map(str, o.values())))
def test_weights_agree_after_100_steps(optimizer: dict[str, Any], scheduler: dict[str, Any]) -> None:
    """All four combinations of penalty methods at once, as members of one stack."""
    data = toy_data()
    configs = [
        config(
            optimizer=optimizer,
            scheduler=scheduler,
            seed=seed,
            regularization={"l1": 1e-3, "l1_method": l1, "l2": 1e-2, "l2_method": l2, "dropout": 0.2 * seed},
        )
        for seed, (l1, l2) in enumerate(itertools.product(("subgradient", "proximal"), ("coupled", "decoupled")))
    ]
    stack = train_stack(configs, data)
    for k, cfg in enumerate(configs):
        reference = ReferenceRun(cfg, data)
        for epoch in range(cfg.epochs):
            reference.epoch(epoch)
        assert_same_weights(stack, k, reference)


@pytest.mark.filterwarnings("ignore:Detected call of:UserWarning")
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "gelu"])
def test_every_other_setting_agrees(activation: str) -> None:
    data = toy_data(190)  # a last batch of 10
    cfg = config(
        model={"kind": "mlp", "hidden": [12, 7], "activation": activation},
        regularization={
            "l1": 1e-3, "l2": 1e-2, "penalize_bias": True, "max_norm": 1.0, "label_smoothing": 0.1,
            "dropout": 0.3, "input_dropout": 0.2,
        },
        optimizer={"name": "sgd", "lr": 0.1},
    )  # fmt: skip
    stack, reference = train_stack([cfg], data), ReferenceRun(cfg, data)
    for epoch in range(cfg.epochs):
        reference.epoch(epoch)
    assert_same_weights(stack, 0, reference)
