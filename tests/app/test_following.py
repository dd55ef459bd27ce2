"""Runs of other processes in the same folder: followed live, stopped from here, left to the background."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.driving import opened
from tests.app.sources import Engine, Recorded
from tests.durability.training import config, record
from trainer.background import start_in_background
from trainer.execution import Execution
from trainer.store import RunStore

ROOT = Path(__file__).parents[2]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A long run that another process trains into the same folder."""
    words = [
        "run",
        "toy-spiral",
        "--set",
        "epochs=100000",
        "--quiet",
        "--threads",
        "1",
        "--runs",
        str(tmp_path / "runs"),
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "tui.cli", *words], env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=tmp_path
    )
    yield process
    process.kill()
    process.wait()


async def test_a_run_of_another_process_is_found_followed_and_stopped(
    tmp_path: Path, elsewhere: subprocess.Popen[bytes]
) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(120, 30)) as app:
        runs = app.app.session.runs
        await app.until(lambda: len(runs) == 1 and runs[0].state == "elsewhere", 120)
        await app.until(lambda: f"pid {elsewhere.pid}" in app.screen())
        seen = len(runs[0].history.epochs)
        await app.until(lambda: len(runs[0].history.epochs) > seen + 5)
        assert app.app.session.trainer is not None and not app.app.session.busy
        await app.press("tab", "s")
        await app.until(lambda: runs[0].state == "over" and runs[0].history.status == "stopped", 60)
        assert any(f"process {elsewhere.pid}" in n.text for n in app.app.session.notices.told)
        assert [e.epoch for e in runs[0].history.epochs] == list(range(1, len(runs[0].history.epochs) + 1))


async def test_one_that_is_killed_becomes_interrupted_with_a_notice(
    tmp_path: Path, elsewhere: subprocess.Popen[bytes]
) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(120, 30)) as app:
        runs = app.app.session.runs
        await app.until(lambda: len(runs) == 1 and runs[0].history.epochs, 120)
        elsewhere.send_signal(signal.SIGKILL)
        elsewhere.wait()
        await app.until(lambda: runs[0].state == "over", 60)
        await app.until(lambda: any("was cut off, C continues it" in n.text for n in app.app.session.notices.told))
        app.main.refresh_views()
        await app.until(lambda: "interrupted" in app.screen())


async def test_what_trains_is_left_to_the_background_and_followed(tmp_path: Path) -> None:
    async with opened(Engine(), tmp_path / "runs", size=(120, 30)) as app:
        runs = app.app.session.runs
        app.app.session.draft.set("epochs", 100_000)
        await app.press("r")
        await app.until(lambda: runs.training and len(runs[0].history.epochs) > 3)
        await app.press("D")
        await app.until(lambda: runs[0].state == "elsewhere" and runs[0].owner is not None, 120)
        left, owner = len(runs[0].history.epochs), runs[0].owner
        assert owner is not None and owner.pid != os.getpid() and not app.app.session.busy
        await app.until(lambda: len(runs[0].history.epochs) > left + 5, 60)
        await app.until(lambda: app.main.table.count())
        await app.press("tab", "s")
        await app.until(lambda: runs[0].history.status == "stopped", 60)
        epochs = RunStore(tmp_path / "runs").history(runs[0].run).epochs
        assert [e.epoch for e in epochs] == list(range(1, len(epochs) + 1))


async def test_a_run_that_was_cut_off_and_that_another_process_goes_on_with_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.following.SEARCH_SECONDS", 0.2)
    store = RunStore(tmp_path / "runs")
    member = store.new_run(config(epochs=100_000))
    record(store, [member], until=lambda event: event.event == "epoch" and event.epoch == 3)
    store.close_run(member.run, "stopped")
    async with opened(Recorded(), tmp_path / "runs", size=(120, 30)) as app:
        runs = app.app.session.runs
        await app.until(lambda: app.main.table.count() == 1 and runs[0].state == "over")
        pid = start_in_background(store.root, [member.run], Execution("cpu", 1))
        await app.until(lambda: runs[0].state == "elsewhere" and len(runs[0].history.epochs) > 3, 120)
        await app.until(lambda: f"pid {pid}" in app.screen())
        await app.press("tab", "s")
        await app.until(lambda: runs[0].state == "over" and runs[0].history.status == "stopped", 60)
