"""The table of runs: filter, sort, hide, pin, rename, tag, whole sweeps, and taking it all back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.app.driving import Driver, opened
from tests.app.sources import Recorded
from tests.charts.histories import sweep
from trainer.store import RunStore
from tui.listing import Listing
from tui.runs import Runs
from tui.widgets.run_columns import FORK_NAME, NARROWEST_NAME, STATE, STATUS, fitting

DROPOUT = "regularization.dropout"


def names(app: Driver) -> list[str]:
    """The listed runs, from above."""
    listing = app.main.table.listing
    return [listing[i].label for i in range(len(listing))]


async def test_the_table_is_filtered_in_the_language_of_the_shell(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", preset="assignment-3-dropout", size=(80, 24)) as app:
        await app.press("r")
        await app.until_idle()
        await app.press("tab", "slash")
        await app.type("dropout>=0.5 seed!=1")
        await app.until(lambda: "8 of 20 runs" in app.screen())
        await app.press("enter")
        await app.until(lambda: app.app.screen is app.main)
        assert names(app) == [f"dropout-{p}{seed}" for p in (0.5, 0.8) for seed in ("", " s2", " s3", " s4")]
        assert "8 of 20" in app.screen()
        await app.press("slash", "ctrl+u")
        await app.type("droput>0")
        await app.until(lambda: "did you mean dropout" in " ".join(app.screen().split()))
        await app.press("enter")
        assert app.app.screen is not app.main  # it stays open
        await app.press("ctrl+u", "enter")
        await app.until(lambda: len(names(app)) == 20)
        await app.press("tab", "slash")  # in the config it moves the cursor along the curves
        assert app.main.charts.scene.cursor == 1


async def test_the_table_is_sorted_by_every_column_and_turned_around(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", preset="assignment-3-dropout", size=(120, 40)) as app:
        await app.press("r")
        await app.until_idle()
        await app.press("tab", "o")
        assert "↓val %" in app.screen() and names(app)[0] == "dropout-0"
        await app.press("O")
        assert "↑val %" in app.screen() and names(app)[0].startswith("dropout-0.8")
        for _ in range(7):
            await app.press("o")
        assert "runs by run" in app.screen()
        await app.press("o")
        assert "runs by" not in app.screen()


async def test_what_is_done_to_runs_is_kept_and_taken_back_step_by_step(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    async with opened(Recorded(), folder, size=(120, 40)) as app:
        await app.press("r", "n", "n")
        await app.until_idle()
        runs = app.app.session.runs
        first = runs[2]
        await app.press("tab", "end", "P")
        assert app.main.table.chosen is first and names(app)[0] == "toy-spiral" and "▴ toy-spiral" in app.screen()
        await app.press("N", "ctrl+u")
        await app.type("good")
        await app.press("enter")
        await app.until(lambda: "▴ good" in app.screen())
        await app.press("number_sign")
        await app.type("ok a")
        await app.press("enter")
        await app.until(lambda: "#ok #a" in app.screen())
        await app.press("down", "h")
        assert len(names(app)) == 2 and "2 of 3" in app.screen()
        await app.press("H")
        assert len(names(app)) == 3
        await app.press("H", "x")
        assert len(names(app)) == 1
    async with opened(Recorded(), folder, size=(120, 40)) as app:
        await app.until(lambda: any(e.notes.pinned for e in app.app.session.runs))
        app.main.refresh_views()
        assert names(app) == ["good"] and "1 of 2" in app.screen()
    async with opened(Recorded(), folder, size=(120, 40)) as app:
        await app.until(lambda: any(e.notes.pinned for e in app.app.session.runs))
        app.main.refresh_views()
        await app.press("tab", "P", "h", "x")
        await app.press("u", "u", "u")  # nothing was listed to delete: hide and pin come back
        (named,) = [e for e in app.app.session.runs if e.notes.name]  # ids of the same second are in no order
        notes = RunStore(folder).notes(named.run)[0]
        assert (notes.pinned, notes.hidden, notes.name) == (True, False, "good")
        assert "Nothing to take back" in app.app.session.notices.told[-1].text


async def test_a_tag_that_is_not_allowed_says_why(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs") as app:
        await app.press("r")
        await app.until_idle()
        await app.press("tab", "number_sign")
        await app.press("a", "equals_sign", "b", "enter")
        await app.until(lambda: "tags" in app.screen() and "notes:" in app.screen())
        assert app.app.session.runs[0].notes.tags == ()


async def test_a_whole_sweep_is_shown_and_hidden_by_one_key(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", preset="assignment-3-dropout") as app:
        await app.press("r")
        await app.until_idle()
    async with opened(Recorded(), tmp_path / "runs", preset="baseline") as app:
        runs = app.app.session.runs
        await app.until(lambda: len(runs) == 20)
        app.main.refresh_views()
        await app.press("V")
        await app.until(lambda: len(runs.shown) == 20 and all(e.history.whole for e in runs))
        await app.press("V")
        await app.until(lambda: not runs.shown)


@pytest.mark.parametrize("name", [NARROWEST_NAME, FORK_NAME])
@pytest.mark.parametrize("width", [44, 60, 66, 78, 120])
def test_what_has_become_of_a_run_is_told_on_every_screen(width: int, name: int) -> None:
    columns = fitting(width, name)
    assert STATE in columns or STATUS in columns or width < 3 + name + sum(c.width for c in (*columns, STATE))


@pytest.mark.parametrize("column", ["val %", "status", "run", "seed"])
def test_two_thousand_runs_are_listed_in_order(column: str) -> None:
    runs = Runs()
    for history in sweep({DROPOUT: [i / 20 for i in range(20)], "seed": list(range(100))}, lambda c, e: {}, epochs=1):
        runs.found(history, live=False)
    listing = Listing(runs)
    while listing.column != column:
        listing.sort_by_next()
    listing.filter("dropout>=0.5 seed<50")
    listing.refresh()
    assert len(listing) == 500 and listing.total == 2000
    assert [listing.place(listing[i]) for i in (0, 250, 499)] == [0, 250, 499]
    if column == "val %":
        accuracies = [e.last.val_acc for e in (listing[i].history for i in range(500)) if e.last]
        assert accuracies == sorted(accuracies, reverse=True)


async def test_what_cannot_be_taken_back_is_told(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs") as app:
        await app.press("r")
        await app.until_idle()
        await app.press("tab", "P")
        await app.until(lambda: app.app.session.runs[0].notes.pinned)
        shutil.rmtree(tmp_path / "runs")
        (tmp_path / "runs").touch()
        before = len(app.app.session.notices.told)
        await app.press("u")
        await app.until(lambda: len(app.app.session.notices.told) > before)
        assert app.app.is_running


async def test_a_deleted_baseline_is_the_baseline_again_when_it_is_brought_back(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs") as app:
        await app.press("r")
        await app.until_idle()
        await app.press("tab", "b", "x")
        assert not app.app.session.runs and app.app.session.runs.baseline is None
        await app.press("u")
        assert app.app.session.runs.baseline is app.app.session.runs[0]


async def test_of_many_deleted_runs_only_the_last_keep_their_curves_and_all_come_back_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.records.CURVES_KEPT", 1)
    async with opened(Recorded(), tmp_path / "runs") as app:
        for _ in range(3):
            await app.press("r")
            await app.until_idle()
        entries = list(app.app.session.runs)
        before = {entry.run: (list(entry.history.epochs), entry.history.status) for entry in entries}
        await app.press("tab", "home", "x", "x", "x")
        await app.until(lambda: not app.app.session.runs)
        assert sum(bool(entry.history.epochs) for entry in entries) == 1
        await app.press("u", "u", "u")
        await app.until(lambda: len(app.app.session.runs) == 3)
        back = {entry.run: (list(entry.history.epochs), entry.history.status) for entry in app.app.session.runs}
        assert back == before
