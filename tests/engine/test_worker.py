"""Training in a child process is the same generator."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.engine.test_train import ON_CPU, config, curve, run
from trainer.crew import Crew
from trainer.dials import DialRequest
from trainer.errors import ConfigError, DeviceError
from trainer.events import Batch, Dial, Epoch, Event, Started
from trainer.execution import Execution, Member
from trainer.store import RunStore
from trainer.store.checkpoints import kept_epochs
from trainer.worker_process import WorkerProcess


def test_the_child_gives_the_curve_of_the_engine_and_can_be_stopped_and_used_again() -> None:
    worker = Crew(ON_CPU)
    try:
        cut = worker.train([Member("run-0", config(epochs=1000))])
        assert any(isinstance(event, Epoch) for event in cut)
        cut.close()
        events: list[Event] = list(worker.train([Member("run-0", config())]))
        assert curve(events) == curve(run(config()))
        assert worker.ready
    finally:
        worker.close()


def test_what_the_engine_refuses_arrives_as_it_was() -> None:
    worker = Crew(Execution(device="gpu"))
    try:
        with pytest.raises(DeviceError, match="'gpu' is unknown"):
            list(worker.train([Member("a", config())]))
    finally:
        worker.close()


def test_what_the_app_needs_first_never_imports_torch() -> None:
    modules = "trainer.config, trainer.events, trainer.history, trainer.execution, trainer.crew"
    code = f"import {modules}, sys; assert not {{'torch', 'numpy'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_dials_and_single_batches_reach_the_child_and_checkpoints_come_from_it(tmp_path: Path) -> None:
    worker, store = Crew(ON_CPU), RunStore(tmp_path)
    member = store.new_run(config(epochs=4))
    seen: list[Event] = []
    try:
        with pytest.raises(ConfigError, match="nothing trains"):
            worker.dial(DialRequest("regularization.l2", 0.1))
        for event in worker.train([member]):
            store.record(event)
            seen.append(event)
            if isinstance(event, Started):
                worker.step("batch")
            if isinstance(event, Batch):
                worker.dial(DialRequest("regularization.dropout", 0.5))
                with pytest.raises(ConfigError, match="cannot change while a run trains"):
                    worker.dial(DialRequest("data.batch_size", 8))
    finally:
        worker.close()
    (batch,) = [event for event in seen if isinstance(event, Batch)]
    (dial,) = [event for event in seen if isinstance(event, Dial)]
    assert (batch.step, dial.step, dial.value) == (1, 1, 0.5)
    assert store.history(member.run).status == "completed" and 4 in kept_epochs(tmp_path / member.run)


def test_a_child_goes_on_with_a_run_that_was_cut_off(tmp_path: Path) -> None:
    worker, store = Crew(ON_CPU), RunStore(tmp_path)
    member = store.new_run(config(epochs=4))
    try:
        events = worker.train([member])
        for event in events:
            store.record(event)
            if isinstance(event, Epoch) and event.epoch == 2:
                break
        events.close()
        store.close_run(member.run, "stopped")
        for event in worker.train(store.resume([member.run])):
            store.record(event)
    finally:
        worker.close()
    whole = [e for e in run(config(epochs=4)) if isinstance(e, Epoch)]
    assert [e.val_loss for e in store.history(member.run).epochs] == [e.val_loss for e in whole]


@pytest.fixture
def made_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], WorkerProcess]:
    """A worker process that is a shell script instead."""

    def start(script: str) -> WorkerProcess:
        program = tmp_path / "program"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(program))
        return WorkerProcess(ON_CPU)

    return start


def test_a_torn_line_is_a_death_in_the_middle_of_a_word(made_of: Callable[[str], WorkerProcess]) -> None:
    worker = made_of('printf \'{"environment": {"regt\'')
    with pytest.raises(EOFError):
        worker.settle()
    worker.end()


def test_a_worker_that_closes_its_output_and_lives_on_is_ended(
    made_of: Callable[[str], WorkerProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.worker_process.DYING_SECONDS", 0.05)
    worker = made_of("exec sleep 1000 >&-")
    with pytest.raises(EOFError):
        worker.settle()
    assert worker.exit_status == -signal.SIGKILL and not worker.runs
    worker.end()
