"""Over how many processes a training is spread, and which of its members train together. Free of torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trainer.config import CNN, DATASETS, RunConfig
from trainer.config.data import FIT_EXAMPLES
from trainer.cores import known_threads, usable_cores
from trainer.execution import Execution, Member, Order
from trainer.grouping import stackable
from trainer.memory import affordable

MOST_WORKERS = 8
"""By default: more gain little where they share the memory's bandwidth, and each has its own copy of the data."""
WORTH = 3e10
"""Products of weights and examples of a sweep that is spread: a smaller one is over, or nearly, before another process
has imported torch. One epoch of the lesson's network has 1.1e10."""
JUDGING = 1 / 3
"""What judging an example takes of what training on it does: one product of the three of a step."""


def parts(configs: Sequence[RunConfig], execution: Execution) -> int:
    """Processes that share these runs, on a CPU; 1 is no sweep, or a small one, or is told to stay in one.

    It does not depend on what is free at the moment, for on it depend the last bits.
    """
    if not execution.spread or execution.device not in ("auto", "cpu"):
        return 1
    if sum(map(work, configs)) < WORTH:
        return 1
    return min(len(configs), workers())


def workers() -> int:
    """Processes that a large sweep on a CPU is spread over here.

    Two cores are both used, for a sweep waits for nothing else; of more, one is left to others.
    """
    cores = usable_cores()
    return min(MOST_WORKERS, cores - 1 if cores > 2 else cores)


def work(config: RunConfig) -> float:
    """Products of a weight and an example in a run, judging included; a convolution's weights meet every pixel."""
    data, facts = config.data, DATASETS[config.data.dataset]
    held_out = 0 if data.validation == "test" else data.validation
    trained = data.train_size or facts.train - held_out
    judged = min(trained, FIT_EXAMPLES) + (held_out or facts.test)
    pixels = facts.features if isinstance(config.model, CNN) else 1
    return config.epochs * (trained + JUDGING * judged) * config.parameters * pixels


def shared(order: Order, count: int) -> list[Order]:
    """An order for each stack, on one thread; the whole one where there is nothing to share."""
    if count == 1:
        return [order]
    return [_part(stack, order.execution) for stack in stackable(order.members, parts=count)]


def _part(stack: Sequence[Member], execution: Execution) -> Order:
    """The members are told who is beside them, so that they stay one stack."""
    beside = tuple(member.run for member in stack)
    threads = execution.threads or known_threads(stack[0].threads) or 1
    return Order(tuple(replace(member, beside=beside) for member in stack), replace(execution, threads=threads))


def hired(orders: Sequence[Order], count: int, free: int | None) -> int:
    """Processes that share these orders now: as many as the memory that is free holds (bytes; None is unknown)."""
    stacks = [[member.config for member in order.members] for order in orders]
    return min(count, len(orders), affordable(stacks, free))
