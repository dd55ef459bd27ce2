"""Insights come while somebody asks for them, of the run that was asked for, and change nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.test_train import ON_CPU, config, curve
from trainer.config import RunConfig
from trainer.crew import Crew
from trainer.dials import Controls
from trainer.engine import train
from trainer.engine.insight import gaze
from trainer.events import Epoch, Event, Insight
from trainer.execution import Member
from trainer.store import RunStore


def members(*configs: RunConfig) -> list[Member]:
    return [Member(f"run-{i}", c) for i, c in enumerate(configs)]


def test_only_the_run_that_is_asked_for_is_looked_into_and_curves_stay_the_same() -> None:
    two = members(config(epochs=3), config(epochs=3, seed=1))
    controls = Controls()
    controls.looked_into = "run-1"
    watched: list[Event] = list(train(two, ON_CPU, controls))
    unwatched: list[Event] = list(train(two, ON_CPU))
    seen = [event for event in watched if isinstance(event, Insight)]
    assert {event.run for event in seen} == {"run-1"} and seen[-1].epoch == 3
    assert curve(watched) == curve(unwatched)
    assert not any(isinstance(event, Insight) for event in unwatched)


def test_an_insight_shows_the_network_as_the_epoch_s_figures_judge_it() -> None:
    controls = Controls()
    controls.looked_into = "run-0"
    events = list(train(members(config(epochs=1)), ON_CPU, controls))
    [insight] = [event for event in events if isinstance(event, Insight)]
    [epoch] = [event for event in events if isinstance(event, Epoch)]
    assert events.index(insight) < events.index(epoch)
    assert insight.predictions is not None
    assert insight.predictions.calibration.accuracy == pytest.approx(epoch.val_acc)
    assert [layer.norm for layer in insight.layers] == pytest.approx(epoch.weight_norm, rel=1e-5)


def test_looking_can_begin_and_end_while_a_run_trains_and_keeps_to_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gaze, "SHARE", 1e-9)  # after the first one, only the end is worth it
    controls = Controls()
    epochs_seen, done = [], 0
    for event in train(members(config(epochs=8)), ON_CPU, controls):
        if isinstance(event, Insight):
            epochs_seen.append(event.epoch)
        if isinstance(event, Epoch):
            done = event.epoch
            controls.looked_into = "run-0" if done >= 2 else None
    assert epochs_seen == [3, 8]


@pytest.mark.parametrize("config", [config(epochs=2), config(epochs=2, data={"dataset": "digits", "train_size": 200})])
def test_a_run_that_is_over_is_looked_into_by_its_checkpoint(tmp_path: Path, config: RunConfig) -> None:
    store = RunStore(tmp_path)
    member, _ = store.claim(config)
    controls, worker = Controls(), Crew(ON_CPU)
    controls.looked_into = member.run
    last = [event for event in train([member], ON_CPU, controls) if isinstance(event, Insight)][-1]
    try:
        events = list(worker.inspect(store.newest_state(member.run)))
    finally:
        worker.close()
    [found] = [event for event in events if isinstance(event, Insight)]
    assert found.epoch == 2
    assert found.model_dump(exclude={"time", "seconds"}) == last.model_dump(exclude={"time", "seconds"})


def test_a_child_process_is_asked_in_the_same_way_before_or_while_it_trains() -> None:
    worker = Crew(ON_CPU)
    try:
        worker.look_into("run-0")
        first = list(worker.train(members(config(epochs=2))))
        assert [event.epoch for event in first if isinstance(event, Insight)][-1] == 2
        worker.look_into(None)
        second: list[Event] = []
        for event in worker.train(members(config(epochs=4))):
            second.append(event)
            if isinstance(event, Epoch) and event.epoch == 1:
                assert not any(isinstance(e, Insight) for e in second)
                worker.look_into("run-0")
        assert [event.epoch for event in second if isinstance(event, Insight)][-1] == 4
    finally:
        worker.close()
