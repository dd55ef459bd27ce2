"""K members that train side by side on the same resident data."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import cast

import torch
from torch import Tensor

from trainer.config.data import FIT_EXAMPLES
from trainer.config.properties import get
from trainer.config.settings import Scalar
from trainer.data.loading import TrainingData
from trainer.dials import Controls, after, dialled
from trainer.engine.capture import Captured, Recorder, record_graph
from trainer.engine.device import precise
from trainer.engine.evaluation import Examples, hits
from trainer.engine.hyperparameters import RateTable, stack_hyperparameters
from trainer.engine.models import make_network
from trainer.engine.network import Network
from trainer.engine.optimizer import Optimizer
from trainer.engine.randomness import batch_order
from trainer.engine.ring import Ring, ring_length
from trainer.engine.schedule import go_on, make_schedule
from trainer.engine.script import Script, Turn
from trainer.engine.stepping import Look, Place
from trainer.errors import ConfigError
from trainer.events import Batch, Dial
from trainer.execution import Member, Precision
from trainer.stopping import Choice


class ResidentData:
    """The examples on the device, in the shapes that the loop needs."""

    def __init__(self, data: TrainingData, device: torch.device) -> None:
        """Copy only what the device lacks."""
        self.inputs = data.inputs.flatten(1).to(device)
        self.targets = data.targets.to(device)
        self.train = data.train
        fit = data.train[:: max(1, -(-len(data.train) // FIT_EXAMPLES))]
        self.fit = self._examples(data, fit)
        self.test = Examples(data.test_inputs.flatten(1).to(device), data.test_labels.to(device))
        self.validation = self._examples(data, data.validation) if len(data.validation) else self.test
        self.classes = data.classes

    def _examples(self, data: TrainingData, positions: Tensor) -> Examples:
        device = self.inputs.device
        return Examples(self.inputs, data.labels[positions].to(device), positions.to(device))


class RunningFigures:
    """Training loss and accuracy of an epoch in flight, added up without a host sync."""

    def __init__(self, members: int, device: torch.device) -> None:
        self.loss, self.correct = torch.zeros(2, members, dtype=precise(device), device=device)
        self.batches = self.examples = 0

    def add(self, logits: Tensor, y: Tensor, smoothing: Tensor | None) -> None:
        """Take S steps: ``logits (S, K, C, B)`` with their ``y (S, R, C, B)``; each batch's mean counts the same."""
        picked = (logits * y).sum(2)
        self.correct += hits(logits, picked, 2).sum((0, 2))
        if smoothing is not None:
            epsilon = smoothing.squeeze(2)
            picked = (1 - epsilon) * picked + epsilon * logits.mean(2)
        self.loss += (logits.logsumexp(2) - picked).mean(2).sum(0)
        self.batches += logits.shape[0]
        self.examples += logits.shape[0] * logits.shape[3]


class Stack:
    """Parameters, optimizer state and schedules of the members that still train."""

    def __init__(
        self,
        members: Sequence[Member],
        data: ResidentData,
        device: torch.device,
        controls: Controls | None = None,
        precision: Precision = "float32",
    ) -> None:
        """Members agree in data, model, batch size, kind of optimizer, and in the epochs that are behind them."""
        self.members, self.data, self.device, self.precision = list(members), data, device, precision
        self._controls = controls or Controls()
        self.news: list[Dial | Batch] = []
        """What happened between two steps, or in one, and is to be told before the next."""
        start = self.members[0].start
        self.epochs_done = start.epoch if start else 0
        """Before training begins."""
        self.batch_size = self.members[0].config.data.batch_size
        self.steps_per_epoch = -(-len(data.train) // self.batch_size)
        first = self.epochs_done * self.steps_per_epoch
        self._script = Script(self.members, self._controls, first)
        self.configs = [after(m.config, m.origin.script, first) for m in self.members]
        """Of the members that still train, as their dials have left them."""
        self.network = make_network(self.configs, device, precision)
        self.best = {name: tensor.clone() for name, tensor in self.network.state.items()}
        """The network's state as of each member's best epoch so far."""
        self.schedules = [make_schedule(c, self.steps_per_epoch) for c in self.configs]
        self.choices = [Choice(c.regularization.early_stopping) for c in self.configs]
        self.hyper = stack_hyperparameters(self.configs, device)
        self.optimizer = Optimizer(self.network, self.hyper)
        self.optimizer.steps = start.updates if start else 0
        self.record: Recorder | None = partial(record_graph, device) if device.type == "cuda" else None
        """What full rings are recorded by and replayed; None runs every step as it is."""
        self._make_buffers()

    def _make_buffers(self) -> None:
        K = len(self.members)
        self._ring_length = ring_length(K, self.data.classes, self.batch_size)
        self._rings: dict[int, Ring] = {}
        self._captured: Captured | None = None
        self._rates = RateTable(self.hyper, K, self._ring_length, self.device)

    def _ring(self, batch: int) -> Ring:
        if batch not in self._rings:
            K, features = len(self.members), self.data.inputs.shape[1]
            rows = len(self._distinct_seeds())
            self._rings[batch] = Ring(self._ring_length, rows, K, self.data.classes, batch, features, self.device)
        return self._rings[batch]

    def _distinct_seeds(self) -> list[int]:
        """One seed when all members share it and so their batches, else that of each."""
        seeds = [c.seed for c in self.configs]
        return seeds[:1] if len(set(seeds)) == 1 else seeds

    def _positions(self, epoch: int) -> Tensor:
        """Where the epoch's (0-based) examples are in the pool, ``(R, N)``, in the order of each member's seed."""
        seeds, train = self._distinct_seeds(), self.data.train
        orders = {seed: train[batch_order(seed, epoch, len(train))] for seed in dict.fromkeys(seeds)}
        return torch.stack([orders[seed] for seed in seeds]).to(self.device)

    def epoch_steps(self, epoch: int, figures: RunningFigures) -> Iterator[int]:
        """Train one epoch; yields the number of steps done after each of them, and before one that there is news of.

        Where steps are recorded, it yields after each full ring instead.
        """
        positions, done = self._positions(epoch), 0
        while done < self.steps_per_epoch:
            if self._turn_dials(epoch, done):
                yield done
            ring = self._aim(epoch, done, positions)
            if self._may_replay(ring, done):
                self._replay(ring)
                done += ring.used
                yield done
            else:
                for slot in range(ring.used):
                    done += 1
                    self._train(ring, slot, Place(epoch + 1, done, self.steps_per_epoch))
                    yield done
                    if self._controls.dialled:
                        ring.used = slot + 1
                        break
            figures.add(ring.logits[: ring.used], ring.y[: ring.used], self.hyper.smoothing)

    def _aim(self, epoch: int, done: int, positions: Tensor) -> Ring:
        """Make ready for the next steps of one batch size: all but the last of an epoch are of the full size."""
        step = epoch * self.steps_per_epoch + done
        first, left = done * self.batch_size, positions.shape[1] - done * self.batch_size
        batch = min(self.batch_size, left)
        ring, steps = self._ring(batch), min(self._ring_length, left // batch, self._script.undisturbed(step))
        ring.aim(positions[:, first : first + steps * batch], self.data.targets)
        self.network.masks.aim(step, self._ring_length)
        self._rates.fill(tuple(self.lrs(epoch, step + i) for i in range(self._ring_length)))
        return ring

    def _may_replay(self, ring: Ring, done: int) -> bool:
        """Whether the whole ring may run without a look: it is full, and nobody asks for one of its steps."""
        whole = ring.used == self._ring_length and done + ring.used < self.steps_per_epoch
        return self.record is not None and whole and not self._controls.waiting

    def _replay(self, ring: Ring) -> None:
        def steps() -> None:
            for slot in range(self._ring_length):
                self._step(ring, slot, measure=False)

        if self._captured is None:
            assert self.record is not None
            self._captured = Captured(steps, self.record)
        self._captured()

    def _train(self, ring: Ring, slot: int, place: Place) -> None:
        if self._controls.take_one_batch():
            self._step_alone(ring, slot, place)
        else:
            self._step(ring, slot, measure=place.step == place.steps)

    def _step(self, ring: Ring, slot: int, *, measure: bool, look: bool = False) -> None:
        ring.gather(slot, self.data.inputs)
        self.network.forward(ring.x, ring.steps[slot][0], self.hyper, slot)
        delta = ring.loss_gradient(slot, self.hyper.smoothing)
        if look:
            self.optimizer.look(delta)
        self.optimizer.step(delta, self._rates.rows[slot], measure=measure)

    def _step_alone(self, ring: Ring, slot: int, place: Place) -> None:
        """A step that is told of; the weights come out as of any other, to the bit."""
        measure = place.step == place.steps or not self.optimizer.in_place
        look, figures = Look(self.network), RunningFigures(len(self.members), self.device)
        self._step(ring, slot, measure=measure, look=not measure)
        figures.add(ring.logits[slot : slot + 1], ring.y[slot : slot + 1], self.hyper.smoothing)
        lrs = self.lrs(place.epoch - 1, (place.epoch - 1) * place.steps + place.step - 1)
        acc = figures.correct / figures.examples
        runs = [member.run for member in self.members]
        self.news += look.events(place, runs, figures.loss, acc, self.optimizer.grad_norm, lrs)

    def take_news(self) -> list[Dial | Batch]:
        """What is to be told, once."""
        taken, self.news = self.news, []
        return taken

    def _turn_dials(self, epoch: int, done: int) -> bool:
        """Change what is to be changed before the next step; whether there is news of it."""
        step, turned = epoch * self.steps_per_epoch + done, False
        for turn in self._script.due(step):
            with suppress(ConfigError):  # asked of all members, and this one has no such setting
                previous = self._turn(turn)
                turned = True
                self.news.append(
                    Dial(
                        run=self.members[turn.index].run, time=time.time(), path=turn.path, value=turn.value,
                        previous=previous, epoch=epoch + 1, step=step,
                    )
                )  # fmt: skip
        if turned:
            self._renew()
        return turned

    def _turn(self, turn: Turn) -> Scalar:
        """Change a setting of one member; what it was."""
        k, former = turn.index, self.configs[turn.index]
        self.configs[k] = dialled(former, turn.path, turn.value)
        if turn.path == "optimizer.lr":
            schedule, self.schedules[k] = self.schedules[k], make_schedule(self.configs[k], self.steps_per_epoch)
            go_on(self.schedules[k], schedule)
        elif turn.path == "optimizer.momentum" and not (turn.value and get(former, turn.path)):
            self.optimizer.forget_momentum(k)
        return cast(Scalar, get(former, turn.path))

    def _renew(self) -> None:
        """Make all that follows from the configs anew; what they left out before may be needed now.

        Recorded steps go on with the tensors that they know, as long as those are all that is needed.
        """
        self.network.configs = list(self.configs)
        known = self.hyper if self.record else None
        self.hyper = stack_hyperparameters(self.configs, self.device, known)
        if known and self.hyper.stays(known) and self.optimizer.adopt(self.configs):
            self._rates.forget()
            return
        former, self.optimizer = self.optimizer, Optimizer(self.network, self.hyper)
        self.optimizer.resume(former, range(len(self.members)))
        self._make_buffers()

    def lrs(self, epoch: int, step: int) -> tuple[float, ...]:
        """The learning rate of each member at a step (both 0-based, step counted since the run began)."""
        return tuple(schedule(epoch, step) for schedule in self.schedules)

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
        self.configs = [self.configs[k] for k in indices]
        if not indices:
            return
        self._script.keep(indices)
        self.network = self.network.select(indices)
        self.best = {name: tensor[indices] for name, tensor in self.best.items()}
        self.schedules = [self.schedules[k] for k in indices]
        self.choices = [self.choices[k] for k in indices]
        self.hyper = stack_hyperparameters(self.configs, self.device)
        former, self.optimizer = self.optimizer, Optimizer(self.network, self.hyper)
        self.optimizer.resume(former, indices)
        self._make_buffers()
