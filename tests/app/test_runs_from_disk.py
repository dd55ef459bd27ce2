"""Many runs on disk: their headers fill the table, their curves are read when they are shown."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.app.driving import opened
from tests.app.sources import Recorded
from tests.store.records import CONFIG, events
from trainer.store import RunStore


def _finished(root: Path) -> str:
    store = RunStore(root)
    member = store.new_run(CONFIG)
    for event in events(member):
        store.record(event)
    return member.run


async def test_a_run_shows_its_figures_from_its_header_and_its_curve_when_asked(tmp_path: Path) -> None:
    run = _finished(tmp_path / "runs")
    async with opened(Recorded(), tmp_path / "runs") as app:
        runs = app.app.session.runs
        await app.until(lambda: len(runs) == 1)
        assert not runs[0].history.whole and runs[0].run == run
        app.main.refresh_views()
        await app.until(lambda: "5/5" in app.screen() and "completed" in app.screen())
        await app.press("tab", "v")
        (entry,) = runs.shown
        assert entry.history.whole and len(entry.history.epochs) == 5


async def test_a_run_whose_folder_went_meanwhile_is_not_drawn_and_it_is_said(tmp_path: Path) -> None:
    run = _finished(tmp_path / "runs")
    async with opened(Recorded(), tmp_path / "runs") as app:
        runs = app.app.session.runs
        await app.until(lambda: len(runs) == 1)
        shutil.rmtree(tmp_path / "runs" / run)
        app.main.refresh_views()
        await app.press("tab", "v")
        await app.until(lambda: any(run in notice.text for notice in app.app.session.notices.told))
        assert not runs.shown


async def test_runs_from_disk_stand_by_age_whatever_the_order_in_which_they_are_found(tmp_path: Path) -> None:
    for name in ("20260101-000000-a-aaaa", "20260301-000000-c-aaaa", "20260201-000000-b-aaaa"):
        (tmp_path / "runs" / _finished(tmp_path / "runs")).rename(tmp_path / "runs" / name)
    async with opened(Recorded(), tmp_path / "runs") as app:
        runs = app.app.session.runs
        await app.until(lambda: len(runs) == 3)
        late = RunStore(tmp_path / "runs").header("20260201-000000-b-aaaa")
        late.run = "20260215-000000-late-aaaa"
        runs.found(late, live=False)
        assert [e.run[4:8] for e in runs] == ["0301", "0215", "0201", "0101"]


async def test_a_strangers_run_without_layers_is_drawn_without_them(tmp_path: Path) -> None:
    log = tmp_path / "runs" / _finished(tmp_path / "runs") / "events.jsonl"
    log.write_text(re.sub(r'"weight_norm":\[[^]]*\]', '"weight_norm":[]', log.read_text()))
    async with opened(Recorded(), tmp_path / "runs") as app:
        await app.until(lambda: len(app.app.session.runs) == 1)
        app.main.refresh_views()
        await app.press("tab", "v", "4")
        await app.until(lambda: "weight norm" in app.screen())


async def test_many_damaged_runs_are_one_message_and_the_log_tells_of_each(tmp_path: Path) -> None:
    damaged = [_finished(tmp_path / "runs") for _ in range(5)]
    for run in damaged:
        with (tmp_path / "runs" / run / "events.jsonl").open("a") as file:
            file.write("rubbish\n")
    async with opened(Recorded(), tmp_path / "runs") as app:
        told = app.app.session.notices.told
        await app.until(lambda: told)
        assert [notice.text for notice in told] == ["5 runs cannot be read whole: l tells which, and why."]
        assert all(run in told[0].details for run in damaged)
