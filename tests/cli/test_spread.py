"""A sweep without the app, spread over several processes: none of them is ever left behind."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.cli.test_run import start, statuses
from tests.engine.workers import is_alive, workers_of
from tests.waiting import until
from trainer.cores import usable_cores
from trainer.store import RunStore
from tui.cli import main

pytestmark = pytest.mark.skipif(usable_cores() < 2, reason="one core is not shared")

ENDLESS = ["--set", "epochs=100000", "--set", "data.train_size=300", "--device", "cpu"]
SWEEP = ["run", "toy-spiral", "--seeds", "4", *ENDLESS]


def all_train(process: subprocess.Popen[str]) -> None:
    """Read what is printed until each of four runs has had an epoch."""
    assert process.stdout is not None
    seen: set[str] = set()
    while len(seen) < 4:
        event = json.loads(process.stdout.readline())
        seen |= {event["run"]} if event["event"] == "epoch" else set()


def heed_hangups() -> None:
    """Also where the tests run under ``nohup``, which children inherit."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_whatever_ends_the_command_ends_its_workers(number: signal.Signals, tmp_path: Path) -> None:
    with start([*SWEEP, "--json"], tmp_path, preexec_fn=heed_hangups) as process:
        all_train(process)
        workers = workers_of(process.pid)
        process.send_signal(number)
        until(lambda: process.poll() is not None)
        until(lambda: not any(map(is_alive, workers)))
    assert len(workers) == 2
    assert process.returncode == (-number if number == signal.SIGKILL else 130)
    assert statuses() == ["interrupted"] * 4 if number != signal.SIGKILL else len(statuses()) == 4


def test_a_sweep_in_the_background_is_spread_too_and_goes_on_when_it_is_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*SWEEP, "--detach", "--runs", "runs"]) == 0
    runs, store = capsys.readouterr().out.split(), RunStore(Path("runs"))
    until(lambda: all(len(store.history(run).epochs) for run in runs))
    beside = [started.beside for run in runs if (started := store.history(run).started)]
    assert [len(names) for names in beside] == [2] * 4
    store.request_stop(runs[0])
    until(lambda: statuses() == ["stopped"] * 4)
    with start(["resume", *runs, "--json"], tmp_path) as process:
        all_train(process)
        workers = workers_of(process.pid)
        process.terminate()
        until(lambda: not any(map(is_alive, workers)))
    assert len(workers) == 2


def test_who_names_threads_gets_one_process(tmp_path: Path) -> None:
    with start([*SWEEP, "--json", "--threads", "2"], tmp_path) as process:
        all_train(process)
        assert not workers_of(process.pid)
        process.terminate()
    assert statuses() == ["interrupted"] * 4
