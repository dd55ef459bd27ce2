"""Figures of a stack in eval mode: data loss and accuracy on examples, norms and sparsity of weights."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from trainer.config import RunConfig
from trainer.engine.device import precise
from trainer.engine.network import Network, Parameter

CHUNK = 1000
"""Examples evaluated at once, of up to 4 members: small enough for the activations to stay in the cache."""
SMALLEST_CHUNK = 200
"""Of many members."""


@dataclass(frozen=True)
class Examples:
    """A set to be judged on, on the device: rows of a pool, which are not copied but for a chunk at a time."""

    pool: Tensor
    """``(P, in)``."""
    labels: Tensor
    """``(N,)``."""
    positions: Tensor | None = None
    """``(N,)`` rows of the pool; None when they are all its rows in order."""

    @property
    def inputs(self) -> Tensor:
        """``(N, in)``, as a copy unless they are all of the pool."""
        return self.pool if self.positions is None else self.pool[self.positions]

    def example(self, i: int) -> Tensor:
        """The inputs ``(in,)`` of the i-th."""
        return self.pool[i if self.positions is None else self.positions[i]]

    def chunks(self, size: int = CHUNK) -> Iterator[tuple[Tensor, Tensor]]:
        """Inputs ``(n, in)`` and labels ``(n,)`` in order, n ≤ size at a time; the next inputs overwrite the last."""
        labels = torch.split(self.labels, size)
        if self.positions is None:
            yield from zip(torch.split(self.pool, size), labels, strict=True)
        else:
            x = torch.empty(size, self.pool.shape[1], device=self.pool.device)  # once: fresh pages cost more than rows
            for rows, y in zip(torch.split(self.positions, size), labels, strict=True):
                yield torch.index_select(self.pool, 0, rows, out=x[: len(rows)]), y


class Witness(Protocol):
    """Who sees what a network computes while it is judged."""

    def hidden(self, layer: str, h: Tensor) -> None:
        """What a hidden layer passes on, ``(K, B, …, units)``."""

    def answered(self, logits: Tensor) -> None:
        """Logits ``(K, C, B)``."""


@dataclass(frozen=True)
class Score:
    """Cross-entropy in nats and accuracy, one per member."""

    loss: tuple[float, ...]
    accuracy: tuple[float, ...]


def evaluate(network: Network, examples: Examples, witness: Witness | None = None) -> Score:
    """Judge K members on the examples, without dropout."""
    judging = judge(network, examples, witness)
    while True:
        try:
            next(judging)
        except StopIteration as stop:
            score: Score = stop.value
            return score


def judge(network: Network, examples: Examples, witness: Witness | None = None) -> Generator[None, None, Score]:
    """As ``evaluate``, with a pause after each chunk, for who must not wait longer."""
    hidden = witness.hidden if witness else None
    K, N = len(network.configs), len(examples.labels)
    loss, correct = torch.zeros(2, K, dtype=precise(network.device), device=network.device)
    for x, y in examples.chunks(max(SMALLEST_CHUNK, min(CHUNK, 4 * CHUNK // K))):
        logits = network.predict(x, hidden)
        if witness:
            witness.answered(logits)
        picked = logits.gather(1, y.expand(K, 1, -1)).squeeze(1)
        loss += (logits.logsumexp(1) - picked).sum(1)
        correct += hits(logits, picked, 1).sum(1)
        yield
    return Score(tuple((loss / N).tolist()), tuple((correct / N).tolist()))


def hits(logits: Tensor, picked: Tensor, classes: int) -> Tensor:
    """1 where the true class's logit ``picked`` is the largest along the dimension ``classes``, else 0.

    Where n classes share the top, 1/n: a network whose weights are all zero is right once in ten, by luck. ``argmax``
    along this dimension takes five times as long.
    """
    top = logits.amax(classes)
    sharing = (logits >= top.unsqueeze(classes)).sum(classes)
    return (picked >= top) / sharing.clamp(min=1)  # nobody is at the top of NaN


@dataclass(frozen=True)
class WeightFigures:
    """What the weights of one member look like."""

    norms: tuple[float, ...]
    """L2 norm of each layer's weights."""
    l1_penalty: float
    l2_penalty: float
    sparsity: float
    near_zero: float


def weigh(parameters: Sequence[Parameter], configs: Sequence[RunConfig]) -> list[WeightFigures]:
    """Norms, penalties and sparsity of K members; what is no weight counts in the penalties where it is penalised."""
    kernels = [p.values.flatten(1) for p in parameters if p.is_weight]
    biases = [p.values.flatten(1) for p in parameters if not p.is_weight]
    norms = torch.stack([torch.linalg.vector_norm(w, dim=1) for w in kernels], 1).tolist()
    absolute = torch.stack([_total(kernels, Tensor.abs), _total(biases, Tensor.abs)], 1).tolist()
    squares = torch.stack([_total(kernels, Tensor.square), _total(biases, Tensor.square)], 1).tolist()
    zero = sum((w == 0).sum(1) for w in kernels)
    near = sum((w.abs() < 1e-3).sum(1) for w in kernels)
    assert isinstance(zero, Tensor) and isinstance(near, Tensor)
    count = sum(w.shape[1] for w in kernels)
    figures = []
    for k, config in enumerate(configs):
        part = config.regularization
        terms = 2 if part.penalize_bias else 1
        figures.append(
            WeightFigures(
                norms=tuple(norms[k]),
                l1_penalty=part.l1 * sum(absolute[k][:terms]),
                l2_penalty=part.l2 / 2 * sum(squares[k][:terms]),
                sparsity=float(zero[k]) / count,
                near_zero=float(near[k]) / count,
            )
        )
    return figures


def _total(tensors: Sequence[Tensor], function: object) -> Tensor:
    assert callable(function)
    return torch.stack([function(t).sum(1, dtype=precise(t.device)) for t in tensors]).sum(0)
