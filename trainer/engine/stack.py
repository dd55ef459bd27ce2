"""K members that train side by side on the same resident data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from trainer.config import RunConfig
from trainer.data.loading import TrainingData
from trainer.engine.evaluation import Examples
from trainer.engine.hyperparameters import Rates, make_rates, stack_hyperparameters
from trainer.engine.models import make_network
from trainer.engine.network import Network
from trainer.engine.optimizer import Optimizer
from trainer.engine.randomness import batch_order
from trainer.engine.schedule import make_schedule
from trainer.engine.stopping import Choice
from trainer.execution import Member

FIT_EXAMPLES = 10_000
"""Training examples that the fit figures are measured on, at most."""
RING = 32
"""Steps whose logits are kept before their loss and accuracy are added up: a few large sums cost less than many."""


class ResidentData:
    """The examples on the device, in the shapes that the loop needs."""

    def __init__(self, data: TrainingData, device: torch.device) -> None:
        """Copy only what the device lacks."""
        self.inputs = data.inputs.flatten(1).to(device)
        self.one_hot = torch.nn.functional.one_hot(data.targets, data.classes).T.float().contiguous().to(device)
        """Targets ``(C, P)``, class-major."""
        self.train = data.train
        fit = data.train[:: max(1, -(-len(data.train) // FIT_EXAMPLES))]
        self.fit = self._examples(data, fit)
        self.test = Examples(data.test_inputs.flatten(1).to(device), data.test_labels.to(device))
        self.validation = self._examples(data, data.validation) if len(data.validation) else self.test
        self.classes = data.classes

    def _examples(self, data: TrainingData, positions: Tensor) -> Examples:
        device = self.inputs.device
        return Examples(self.inputs, data.labels[positions].to(device), positions.to(device))


@dataclass(frozen=True)
class Batch:
    """One step's examples: ``x (R, B, in)`` and one-hot ``y (R, C, B)``; R is 1 when all members share a seed."""

    x: Tensor
    y: Tensor


class RunningFigures:
    """Training loss and accuracy of an epoch in flight, added up without a host sync."""

    def __init__(self, members: int, device: torch.device) -> None:
        self.loss = torch.zeros(members, dtype=torch.float64, device=device)
        self.correct = torch.zeros(members, dtype=torch.float64, device=device)
        self.batches = self.examples = 0

    def add(self, logits: Tensor, y: Tensor, smoothing: Tensor | None) -> None:
        """Take S steps: ``logits (S, K, C, B)`` with their ``y (S, R, C, B)``; each batch's mean counts the same."""
        picked = (logits * y).sum(2)
        self.correct += (picked >= logits.amax(2)).sum((0, 2))
        if smoothing is not None:
            epsilon = smoothing.squeeze(2)
            picked = (1 - epsilon) * picked + epsilon * logits.mean(2)
        self.loss += (logits.logsumexp(2) - picked).mean(2).sum(0)
        self.batches += logits.shape[0]
        self.examples += logits.shape[0] * logits.shape[3]


class Stack:
    """Parameters, optimizer state and schedules of the members that still train."""

    def __init__(self, members: Sequence[Member], data: ResidentData, device: torch.device) -> None:
        """Members agree in data, model, batch size and kind of optimizer."""
        self.members, self.data, self.device = list(members), data, device
        self.batch_size = self.configs[0].data.batch_size
        self.steps_per_epoch = -(-len(data.train) // self.batch_size)
        self.network = make_network(self.configs, device)
        self.best = {name: tensor.clone() for name, tensor in self.network.state.items()}
        """The network's state as of each member's best epoch so far."""
        self.schedules = [make_schedule(c, self.steps_per_epoch) for c in self.configs]
        self.choices = [Choice(c) for c in self.configs]
        self.hyper = stack_hyperparameters(self.configs, device)
        self.optimizer = Optimizer(self.network, self.hyper)
        start = self.members[0].start
        self.epochs_done = start.epoch if start else 0
        """Before training begins; the members agree in it, and in what their optimizers have seen."""
        self.optimizer.steps = start.updates if start else 0
        self._rates: Rates | None = None
        self._make_buffers()

    @property
    def configs(self) -> list[RunConfig]:
        """Of the members that still train."""
        return [member.config for member in self.members]

    def _make_buffers(self) -> None:
        K, C, B = len(self.members), self.data.classes, self.batch_size
        self._logits = torch.empty(RING, K, C, B, device=self.device)
        self._delta = torch.empty(K, C, B, device=self.device)

    def batches(self, epoch: int) -> Iterator[Batch]:
        """The epoch's batches (0-based epoch) in the order of each member's seed; the last one may be smaller."""
        seeds = [c.seed for c in self.configs]
        distinct = seeds[:1] if len(set(seeds)) == 1 else seeds
        train = self.data.train
        orders = {seed: train[batch_order(seed, epoch, len(train))] for seed in distinct}
        positions = torch.stack([orders[seed] for seed in distinct]).to(self.device)
        R, classes, features = len(distinct), self.data.classes, self.data.inputs.shape[1]
        for chosen in torch.split(positions, self.batch_size, dim=1):
            flat = chosen.reshape(-1)
            x = self.data.inputs.index_select(0, flat).view(R, -1, features)
            y = self.data.one_hot.index_select(1, flat).view(classes, R, -1).transpose(0, 1)
            yield Batch(x, y)

    def epoch_steps(self, epoch: int, figures: RunningFigures) -> Iterator[int]:
        """Train one epoch; yields the number of steps done after each of them."""
        pending: list[Tensor] = []
        for done, batch in enumerate(self.batches(epoch), start=1):
            size = batch.y.shape[2]
            logits = self._logits[len(pending), :, :, :size]
            self._step(batch, logits, epoch, epoch * self.steps_per_epoch + done - 1, done == self.steps_per_epoch)
            pending.append(batch.y)
            last_of_size = size < self.batch_size or done == self.steps_per_epoch - 1
            if len(pending) == RING or last_of_size or done == self.steps_per_epoch:
                figures.add(self._logits[: len(pending), :, :, :size], torch.stack(pending), self.hyper.smoothing)
                pending.clear()
            yield done

    def _step(self, batch: Batch, logits: Tensor, epoch: int, step: int, measure: bool) -> None:
        size = batch.y.shape[2]
        out = logits if logits.is_contiguous() else torch.empty(logits.shape, device=self.device)
        self.network.forward(batch.x, out, self.hyper, step)
        if out is not logits:
            logits.copy_(out)
        delta = self._delta if size == self.batch_size else torch.empty_like(out)
        torch.softmax(out, 1, out=delta)
        if self.hyper.smoothing is None:
            delta.sub_(batch.y)
        else:
            delta.sub_(batch.y * (1 - self.hyper.smoothing)).sub_(self.hyper.smoothing / self.data.classes)
        delta.div_(size)
        self.optimizer.step(delta, self.rates(epoch, step), measure=measure)

    def rates(self, epoch: int, step: int) -> Rates:
        """The learning rates of a step, made anew only when one of them moved."""
        lrs = tuple(schedule(epoch, step) for schedule in self.schedules)
        if self._rates is None or self._rates.plain != lrs:
            self._rates = make_rates(lrs, self.hyper)
        return self._rates

    def keep_best(self, improved: Sequence[int]) -> None:
        """Remember the weights of the members (by index) that have just had their best epoch."""
        for name, now in self.network.state.items():
            for k in improved:
                self.best[name][k].copy_(now[k])

    def best_network(self, chosen: Sequence[int]) -> Network:
        """The chosen members' networks as of their best epochs."""
        return self.network.select(chosen, self.best)

    def keep(self, chosen: Sequence[int]) -> None:
        """Go on with the chosen members only: the others are done."""
        indices = list(chosen)
        self.members = [self.members[k] for k in indices]
        if not indices:
            return
        self.network = self.network.select(indices)
        self.best = {name: tensor[indices] for name, tensor in self.best.items()}
        self.schedules = [self.schedules[k] for k in indices]
        self.choices = [self.choices[k] for k in indices]
        self.hyper = stack_hyperparameters(self.configs, self.device)
        former, self.optimizer = self.optimizer, Optimizer(self.network, self.hyper)
        self.optimizer.resume(former, indices)
        self._rates = None
        self._make_buffers()
