"""Which members train side by side, as one stack. Free of torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice

from trainer.execution import Member
from trainer.memory import check_memory, fits

LARGEST_STACK = 64
"""Members that train side by side at most."""
CACHE = 8 << 20
"""Bytes of parameters that a CPU's stack has at most, if it has several members.

Stacks of 4 to 32 members of 784-256-10 take about the same time for each; of those, small ones stay in the cache
beside a neighbour, need less memory, and are finished one after another.
"""
SHARING = 4
"""Members of each seed from which on seeds are parted: sharing the batches is then worth more than a larger stack."""


def stackable(members: Sequence[Member], *, cached: bool = True, parts: int = 1) -> list[list[Member]]:
    """Members in groups that share data, model, batch size, kind of optimizer, threads and start, in the order given.

    Members of one seed stay together where there are enough of each, and those that were cut off together go on
    together, in the order that they had. ``cached``: whether the device is a CPU, where a stack should fit its cache.
    ``parts``: how many processes share the stacks, so that each should get as much as the others.
    """
    groups: dict[object, list[Member]] = {}
    for member in members:
        groups.setdefault((_kind(member), member.beside), []).append(member)
    fair = -(-len(members) // parts)
    return [stack for group in groups.values() for stack in _parted(group, min(_limit(group, cached), fair), parts)]


def _parted(group: Sequence[Member], limit: int, parts: int) -> list[list[Member]]:
    if order := group[0].beside:
        return [sorted(group, key=lambda member: order.index(member.run))]
    return [stack for same in _by_seed(group) for stack in _cut(same, limit, parts)]


def _limit(group: Sequence[Member], cached: bool) -> int:
    """Members that a stack of this kind has at most."""
    if not cached:
        return LARGEST_STACK
    return max(1, min(LARGEST_STACK, CACHE // (4 * group[0].config.parameters)))


def _kind(member: Member) -> object:
    config = member.config
    since = (member.start.epoch, member.start.updates) if member.start else (0, 0)
    nesterov = getattr(config.optimizer, "nesterov", False)
    return config.data, config.model, config.optimizer.name, nesterov, since, member.threads


def _by_seed(group: Sequence[Member]) -> list[list[Member]]:
    counts = Counter(member.config.seed for member in group)
    if min(counts.values()) < SHARING:
        return [list(group)]
    return [[member for member in group if member.config.seed == seed] for seed in counts]


def _cut(group: Sequence[Member], limit: int, parts: int) -> list[list[Member]]:
    """Stacks of about the same size, none larger than the limit, as many for each part where there are enough."""
    count = -(-len(group) // limit)
    count = min(len(group), -(-count // parts) * parts)
    rest, sizes = iter(group), [len(group) // count + (i < len(group) % count) for i in range(count)]
    return [list(islice(rest, size)) for size in sizes]


def fitting(groups: Sequence[list[Member]], free: int | None) -> list[list[Member]]:
    """The groups, each halved until it fits into the memory that is free (bytes; None is unknown).

    Raises:
        MemoryLimitError: a member does not fit even alone.
    """
    for member in (member for group in groups for member in group):
        check_memory([member.config], free)
    waiting, found = list(reversed(groups)), list[list[Member]]()
    while waiting:
        group = waiting.pop()
        if fits([member.config for member in group], free):
            found.append(group)
        else:
            half = len(group) // 2
            waiting += [group[half:], group[:half]]
    return found
