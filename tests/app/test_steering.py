"""The trainer thread with the real engine: dials, single batches, reruns of dialled runs, resumed and forked runs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.message import Message

from tests.app.sources import Engine
from tests.durability.training import config, curve, end, record
from trainer.dials import DialRequest
from trainer.events import Batch, Dial, Epoch
from trainer.execution import Origin
from trainer.store import RunStore
from trainer.store.origin import origin_of
from tui.jobs import Job, JobEnded, Paused, TrainingEvent
from tui.notices import Notice
from tui.training import Trainer


class Told:
    """What the trainer posts, and a way to wait for it."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._changed = threading.Condition()

    def __call__(self, message: Message) -> None:
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def until(self, condition: Callable[[Message], object]) -> Message:
        """The first message that a condition is true of; all before it are forgotten."""
        found: list[Message] = []

        def look() -> bool:
            while self.messages and not found:
                message = self.messages.pop(0)
                if condition(message):
                    found.append(message)
            return bool(found)

        with self._changed:
            assert self._changed.wait_for(look, 60), "it was never told"
        return found[0]

    def event(self, kind: type) -> Message:
        return self.until(lambda m: isinstance(m, TrainingEvent) and isinstance(m.event, kind))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def trainer(tmp_path: Path, told: Told) -> Iterator[Trainer]:
    made = Trainer(Engine(), RunStore(tmp_path), told)
    yield made
    made.close()


def test_batches_one_by_one_and_a_dial_between_them(tmp_path: Path, trainer: Trainer, told: Told) -> None:
    trainer.submit(Job((1,), (config(epochs=3),), step="epoch"))
    told.until(lambda m: isinstance(m, Paused))
    trainer.step("batch")
    told.event(Batch)
    told.until(lambda m: isinstance(m, Paused))
    trainer.dial(DialRequest("regularization.dropout", 0.5))
    trainer.step("batch")
    told.event(Dial)
    told.event(Batch)
    told.until(lambda m: isinstance(m, Paused))
    trainer.resume()
    told.until(lambda m: isinstance(m, JobEnded))
    (run,) = RunStore(tmp_path).run_ids()
    live = RunStore(tmp_path).history(run)
    assert live.status == "completed" and [(d.epoch, d.step) for d in live.dials] == [(2, 8)]
    trainer.submit(Job((2,), (live.config,), origins=(origin_of(live),)))
    told.until(lambda m: isinstance(m, JobEnded))
    rerun = RunStore(tmp_path).history(max(set(RunStore(tmp_path).run_ids()) - {run}))
    assert curve(rerun) == curve(live)


def test_a_stopped_run_goes_on_and_one_that_is_over_is_refused(tmp_path: Path, trainer: Trainer, told: Told) -> None:
    store = RunStore(tmp_path)
    whole = store.new_run(config())
    record(store, [whole])
    trainer.submit(Job((1,), (config(),), step="epoch"))
    told.until(lambda m: isinstance(m, Paused))
    trainer.stop()
    told.until(lambda m: isinstance(m, JobEnded))
    run = next(run for run in store.run_ids() if run != whole.run)
    assert store.history(run).status == "stopped"
    trainer.submit(Job((1,), (config(),), resumed=(run,)))
    told.until(lambda m: isinstance(m, JobEnded))
    again = store.history(run)
    assert curve(again) == curve(store.history(whole.run)) and end(again) == end(store.history(whole.run))
    trainer.submit(Job((1,), (config(),), resumed=(run,)))
    notice = told.until(lambda m: isinstance(m, Notice))
    assert isinstance(notice, Notice) and "is over (completed)" in notice.text
    told.until(lambda m: isinstance(m, JobEnded))


def test_what_breaks_before_a_run_begins_is_told_and_the_next_one_trains(
    tmp_path: Path, trainer: Trainer, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(root: Path, origin: Origin) -> Origin:
        raise AssertionError("what nobody thought of")

    with monkeypatch.context() as patch:
        patch.setattr("trainer.store.recording.rooted", broken)
        trainer.submit(Job((1,), (config(),)))
        notice = told.until(lambda m: isinstance(m, Notice))
        assert isinstance(notice, Notice) and notice.severity == "error" and "Traceback" in notice.details
        assert notice.text == "The run could not begin: AssertionError: what nobody thought of"
        told.until(lambda m: isinstance(m, JobEnded))
    trainer.submit(Job((2,), (config(),)))
    told.until(lambda m: isinstance(m, JobEnded))
    (run,) = RunStore(tmp_path).run_ids()
    assert RunStore(tmp_path).history(run).status == "completed"


def test_a_fork_trains_and_one_of_another_network_is_refused(tmp_path: Path, trainer: Trainer, told: Told) -> None:
    store = RunStore(tmp_path)
    parent = store.new_run(config())
    record(store, [parent])
    origin = Origin(parent.run, 6)
    trainer.submit(Job((1,), (config(seed=3, epochs=8),), origins=(origin,)))
    first = told.event(Epoch)
    assert isinstance(first, TrainingEvent) and isinstance(first.event, Epoch) and first.event.epoch == 7
    told.until(lambda m: isinstance(m, JobEnded))
    trainer.submit(Job((2,), (config(model={"kind": "mlp", "hidden": [9]}),), origins=(origin,)))
    notice = told.until(lambda m: isinstance(m, Notice))
    assert isinstance(notice, Notice) and "another network" in notice.text
    told.until(lambda m: isinstance(m, JobEnded))


def test_another_process_may_ask_it_to_stop(tmp_path: Path, trainer: Trainer, told: Told) -> None:
    trainer.submit(Job((1,), (config(epochs=100_000),)))
    told.event(Epoch)
    store = RunStore(tmp_path)
    (run,) = store.run_ids()
    store.request_stop(run)
    told.until(lambda m: isinstance(m, JobEnded))
    assert store.history(run).status == "stopped" and store.owner(run) is None
