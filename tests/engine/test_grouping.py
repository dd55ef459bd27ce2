"""Which members train side by side."""

from __future__ import annotations

from typing import Any

from trainer.config import RunConfig
from trainer.execution import Member
from trainer.grouping import stackable


def members(*seeds: int, **parts: Any) -> list[Member]:
    configs = [RunConfig.model_validate({"seed": seed, **parts}) for seed in seeds]
    return [Member(f"{i}", config) for i, config in enumerate(configs)]


def sizes(stacks: list[list[Member]]) -> list[int]:
    return [len(stack) for stack in stacks]


def test_what_cannot_share_a_stack_is_parted() -> None:
    mixed = [
        *members(0, optimizer={"name": "sgd"}),
        *members(0, optimizer={"name": "adam"}),
        *members(0, optimizer={"name": "sgd", "lr": 0.5, "momentum": 0.9}, regularization={"dropout": 0.5}),
        *members(0, optimizer={"name": "sgd"}, data={"batch_size": 32}),
        *members(0, optimizer={"name": "sgd"}, model={"kind": "linear"}),
    ]
    assert sizes(stackable(mixed)) == [2, 1, 1, 1]


def test_members_of_one_seed_share_their_batches_where_there_are_enough_of_each() -> None:
    parted = stackable(members(*[0, 1, 2] * 4))
    assert [{m.config.seed for m in stack} for stack in parted] == [{0}, {1}, {2}]
    assert sizes(stackable(members(0, 1, 2, 0, 1, 2))) == [6]


def test_stacks_fit_the_cache_of_a_cpu_and_are_of_about_one_size() -> None:
    twenty = members(*range(20))
    assert sizes(stackable(twenty)) == [10, 10]
    assert sizes(stackable(members(*range(11)))) == [6, 5]
    assert sizes(stackable(twenty, cached=False)) == [20]
    assert sizes(stackable(members(*range(3), model={"kind": "mlp", "hidden": [4096]}))) == [1, 1, 1]
    small = members(*range(130), data={"dataset": "moons", "validation": 100}, model={"kind": "mlp", "hidden": [8]})
    assert sizes(stackable(small)) == [44, 43, 43]


def test_every_member_is_in_one_stack_in_the_order_given() -> None:
    given = members(*range(25))
    assert [m for stack in stackable(given) for m in stack] == given
