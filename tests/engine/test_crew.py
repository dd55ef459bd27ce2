"""A sweep in the hands of several processes is one training."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.durability.training import curve as recorded_curve
from tests.engine.test_train import config, curve, run
from tests.engine.workers import is_alive, workers_of
from trainer.config import RunConfig
from trainer.crew import Crew
from trainer.dials import DialRequest
from trainer.errors import ConfigError
from trainer.events import Batch, Dial, Ended, Epoch, Error, Event, Insight, Started
from trainer.execution import Execution, Member
from trainer.store import RunStore

FOREVER = 100_000
"""Epochs."""


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> Iterator[Crew]:
    """On a machine of two cores, where nothing is too small to be shared."""
    monkeypatch.setattr("trainer.spreading.usable_cores", lambda: 2)
    monkeypatch.setattr("trainer.spreading.WORTH", 0)
    made = Crew(Execution(device="cpu", spread=True))
    yield made
    made.close()


def members(*configs: RunConfig) -> list[Member]:
    return [Member(f"run-{i}", config) for i, config in enumerate(configs)]


def seeds(count: int, epochs: int) -> list[RunConfig]:
    return [config(seed=seed, epochs=epochs, regularization={"dropout": 0.2}) for seed in range(count)]


def until(events: Iterator[Event], condition: Callable[[Event], object]) -> list[Event]:
    """What happens up to the first event that a condition is true of."""
    seen = []
    for event in events:
        seen.append(event)
        if condition(event):
            return seen
    raise AssertionError("it never came")


def epochs_of(events: list[Event]) -> dict[str, int]:
    return Counter(event.run for event in events if isinstance(event, Epoch))


def all_begun(crew: Crew, events: Iterator[Event]) -> list[Event]:
    """Every run that a worker can take has begun, and has had one epoch."""
    crew.step("epoch")
    return until(events, lambda event: crew.halted)


def test_two_workers_of_one_thread_give_the_curves_of_lone_runs(crew: Crew) -> None:
    configs = seeds(5, 4)
    training = crew.train(members(*configs))
    events = all_begun(crew, training)
    assert len(workers_of()) == 2
    events += training
    started = [event for event in events if isinstance(event, Started)]
    assert [e.beside for e in started][::3] == [("run-0", "run-1", "run-2"), ("run-3", "run-4")]
    assert {event.environment.threads for event in started} == {1}
    assert [event.status for event in events if isinstance(event, Ended)] == ["completed"] * 5
    for k, alone in enumerate(configs):
        found, expected = curve(events, f"run-{k}"), curve(run(alone))
        assert [x for row in found for x in row] == pytest.approx([x for row in expected for x in row], rel=1e-5)
    assert len(workers_of()) == 1  # what had joined is gone, the first waits for the next training


def test_an_epoch_or_a_batch_at_a_time_is_one_of_each_run_that_trains(crew: Crew) -> None:
    training = crew.train(members(*seeds(4, 4)))
    names = [f"run-{k}" for k in range(4)]
    assert epochs_of(all_begun(crew, training)) == dict.fromkeys(names, 1)
    crew.step("epoch")
    assert epochs_of(until(training, lambda event: crew.halted)) == dict.fromkeys(names, 1)
    crew.step("batch")
    batches = [event for event in until(training, lambda event: crew.halted) if isinstance(event, Batch)]
    assert sorted((batch.run, batch.epoch, batch.step) for batch in batches) == [(name, 3, 1) for name in names]
    crew.step("epoch")
    crew.step(None)
    assert sum(isinstance(event, Ended) for event in training) == 4


def test_an_epoch_at_a_time_goes_on_to_the_runs_that_had_to_wait(crew: Crew) -> None:
    mixed = [config(epochs=1, model={"kind": "mlp", "hidden": [8 + k]}) for k in range(3)]  # no two can be stacked
    training = crew.train(members(*mixed))
    assert epochs_of(all_begun(crew, training)) == {"run-0": 1, "run-1": 1}
    crew.step("epoch")
    assert epochs_of(until(training, lambda event: crew.halted)) == {"run-2": 1}


def test_what_is_stepped_through_in_one_worker_is_each_stack_in_turn() -> None:
    crew = Crew(Execution(device="cpu", threads=1))
    try:
        training = crew.train(members(*(config(epochs=2, data={"batch_size": size}) for size in (32, 64))))
        crew.step("epoch")
        assert epochs_of(until(training, lambda event: crew.halted)) == {"run-0": 1}
        crew.step("batch")
        assert isinstance(until(training, lambda event: crew.halted)[-1], Batch)
        assert sum(isinstance(event, Ended) for event in training) == 2
    finally:
        crew.close()


def test_a_dial_reaches_all_runs_or_one_and_those_that_have_not_begun(crew: Crew) -> None:
    mixed = [config(epochs=3, model={"kind": "mlp", "hidden": [8 + k]}) for k in range(3)]
    training = crew.train(members(*mixed))
    all_begun(crew, training)
    crew.dial(DialRequest("regularization.dropout", 0.5))
    crew.dial(DialRequest("regularization.l2", 0.1, "run-1"))
    with pytest.raises(ConfigError, match="cannot change while a run trains"):
        crew.dial(DialRequest("data.batch_size", 8))
    with pytest.raises(ConfigError, match="nothing trains"):
        crew.dial(DialRequest("regularization.l2", 0.1, "another"))
    dials = [event for event in training if isinstance(event, Dial)]
    turned = sorted((dial.run, dial.path, dial.step) for dial in dials)
    dropout, l2 = "regularization.dropout", "regularization.l2"
    assert turned == [("run-0", dropout, 10), ("run-1", dropout, 10), ("run-1", l2, 10), ("run-2", dropout, 0)]


def test_the_run_that_is_looked_into_tells_whichever_worker_has_it(crew: Crew) -> None:
    crew.look_into("run-3")
    insights = [event for event in crew.train(members(*seeds(4, 2))) if isinstance(event, Insight)]
    assert {insight.run for insight in insights} == {"run-3"} and insights[-1].epoch == 2


def test_a_worker_that_dies_fails_its_own_runs_and_the_others_train_what_waited(crew: Crew) -> None:
    mixed = [config(epochs=3, model={"kind": "mlp", "hidden": [8 + k]}) for k in range(4)]
    crew.settle()
    (first,) = workers_of()
    training = crew.train(members(config(epochs=FOREVER), *mixed[1:]))
    events = until(training, lambda event: isinstance(event, Ended))  # the second worker is there
    os.kill(first, signal.SIGKILL)
    events += training
    ends = {event.run: event.status for event in events if isinstance(event, Ended)}
    assert ends == {"run-0": "failed", **{f"run-{k}": "completed" for k in (1, 2, 3)}}
    (error,) = [event for event in events if isinstance(event, Error)]
    assert error.run == "run-0" and "the training process died" in error.message


def test_who_stops_or_closes_leaves_no_process_behind(crew: Crew) -> None:
    training = crew.train(members(*seeds(4, FOREVER)))
    all_begun(crew, training)
    both = workers_of()
    training.close()
    assert len(both) == 2 and sum(map(is_alive, both)) == 1
    again = crew.train(members(*seeds(4, FOREVER)))
    all_begun(crew, again)
    both |= workers_of()
    crew.close()
    assert len(both) == 3 and not any(map(is_alive, both))
    assert not any(isinstance(event, Ended) for event in again)


def test_a_sweep_that_was_cut_off_goes_on_to_the_bit(crew: Crew, tmp_path: Path) -> None:
    store, configs = RunStore(tmp_path), seeds(4, 4)
    whole = [store.new_run(config).run for config in configs]
    for event in crew.train(store.resume(whole)):
        store.record(event)
    cut = [store.new_run(config).run for config in configs]
    training = crew.train(store.resume(cut))
    crew.step("epoch")
    for event in training:
        store.record(event)
        if crew.halted:
            break
    training.close()
    for one in cut:
        store.close_run(one, "stopped")
    for event in crew.train(store.resume(cut)):
        store.record(event)
    for one, other in zip(whole, cut, strict=True):
        assert recorded_curve(store.history(one)) == recorded_curve(store.history(other))
