"""Over how many processes a sweep is spread."""

from __future__ import annotations

import pytest

from tests.engine.test_grouping import members, sizes
from trainer.config import RunConfig
from trainer.execution import Execution, Order
from trainer.grouping import stackable
from trainer.memory import estimate
from trainer.spreading import MOST_WORKERS, hired, parts, shared

SPREAD = Execution(spread=True)
GIB = 1 << 30


@pytest.mark.parametrize(
    ("cores", "runs", "processes"), [(1, 8, 1), (2, 8, 2), (3, 8, 2), (8, 20, 7), (64, 20, MOST_WORKERS), (64, 3, 3)]
)
def test_two_cores_are_both_used_and_one_of_more_is_left_to_others(
    cores: int, runs: int, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.spreading.usable_cores", lambda: cores)
    assert parts([RunConfig()] * runs, SPREAD) == processes


@pytest.mark.parametrize("execution", [Execution(), Execution("cuda", spread=True), Execution("cuda:1", spread=True)])
def test_who_says_how_many_threads_or_has_a_gpu_gets_one_process(execution: Execution) -> None:
    assert parts([RunConfig()] * 8, execution) == 1


def test_what_is_over_before_another_process_is_there_stays_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.spreading.usable_cores", lambda: 2)
    toy = RunConfig.model_validate({"data": {"dataset": "moons", "train_size": 500, "validation": 100}, "epochs": 20})
    assert parts([toy] * 8, SPREAD) == 1
    judged = RunConfig.model_validate({"data": {"train_size": 100, "validation": 10_000}, "epochs": 50})
    assert parts([judged] * 8, SPREAD) == 2  # of little to train on there may be much to judge
    cnn = RunConfig.model_validate({"data": {"dataset": "digits", "validation": 300}, "model": {"kind": "cnn"}})
    assert parts([cnn] * 8, SPREAD) == 2


@pytest.mark.parametrize(
    ("seeds", "stacks"),
    [
        ([0] * 8, [4, 4]),
        (range(9), [5, 4]),
        (range(24), [6, 6, 6, 6]),
        ([0, 1, 2] * 5, [3, 2, 3, 2, 3, 2]),
        ([0], [1]),
    ],
)
def test_every_process_gets_as_much_as_the_others(seeds: list[int], stacks: list[int]) -> None:
    assert sizes(stackable(members(*seeds), parts=2)) == stacks


def test_a_stack_of_a_shared_sweep_is_none_that_would_be_parted_again() -> None:
    whole = Order(tuple(members(*[0, 1, 2] * 5, *range(20, 25))), SPREAD)
    for order in shared(whole, 2):
        assert [list(order.members)] == stackable(order.members) and order.execution.threads == 1
    assert shared(whole, 1) == [whole]


def test_as_many_processes_as_fit_into_the_memory_that_is_free() -> None:
    orders = shared(Order(tuple(members(*range(40))), SPREAD), 4)
    assert hired(orders, 4, None) == hired(orders, 4, 16 * GIB) == 4
    alone = estimate([member.config for member in orders[0].members])
    assert hired(orders, 4, alone) == 1
    assert hired(orders, 4, 4 * alone) == 2
