"""Training in a child process is the same generator."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.engine.test_train import ON_CPU, config, curve, run
from trainer.errors import DeviceError
from trainer.events import Epoch, Event
from trainer.execution import Execution, Member
from trainer.worker_process import WorkerProcess


def test_the_child_gives_the_curve_of_the_engine_and_can_be_stopped_and_used_again() -> None:
    worker = WorkerProcess(ON_CPU)
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
    worker = WorkerProcess(Execution(device="gpu"))
    try:
        with pytest.raises(DeviceError, match="'gpu' is unknown"):
            list(worker.train([Member("a", config())]))
    finally:
        worker.close()


def test_what_the_app_needs_first_never_imports_torch() -> None:
    modules = "trainer.config, trainer.events, trainer.history, trainer.execution, trainer.worker_process"
    code = f"import {modules}, sys; assert not {{'torch', 'numpy'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
