"""A sweep that two workers train, at the keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.driving import Driver, opened
from tests.app.test_dials import DROPOUT
from tests.engine.workers import is_alive, workers_of
from trainer.crew import Crew
from trainer.execution import Execution


def epochs(app: Driver) -> list[int]:
    return [entry.history.epochs_done for entry in app.app.session.runs]


async def test_a_sweep_of_two_workers_is_stepped_steered_paused_and_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.spreading.usable_cores", lambda: 2)
    monkeypatch.setattr("trainer.spreading.WORTH", 0)
    source = Crew(Execution(device="cpu", spread=True))
    async with opened(source, tmp_path / "runs", size=(120, 30)) as app:
        session = app.app.session
        session.draft.set("epochs", 100_000)
        session.draft.take_grid({"seed": (0, 1, 2, 3)})
        await app.press("full_stop")
        await app.until(lambda: session.paused, 60)
        workers = workers_of()
        assert epochs(app) == [1, 1, 1, 1] and len(workers) == 2
        await app.press("full_stop")
        await app.until(lambda: session.paused and epochs(app) == [2, 2, 2, 2])
        await app.press("greater_than_sign")
        await app.until(lambda: session.paused and "batch 1/" in app.screen())
        await app.go_to(DROPOUT)
        await app.press("right", "tab", "enter", "a", "space")
        await app.until(lambda: all(entry.history.dials for entry in session.runs))
        dials = {(dial.epoch, dial.step) for entry in session.runs for dial in entry.history.dials}
        assert len(dials) == 1 and dials.pop()[0] == 3
        await app.press("space")
        await app.shows("paused")
        stood = epochs(app)
        await app.press("space")
        await app.until(lambda: all(now > then for now, then in zip(epochs(app), stood, strict=True)))
        await app.press("s")
        await app.until_idle()
        assert {entry.history.status for entry in session.runs} == {"stopped"}
        assert sum(map(is_alive, workers)) == 1
    assert not any(map(is_alive, workers))
