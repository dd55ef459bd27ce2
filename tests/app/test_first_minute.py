"""What a newcomer does, as key scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.driving import opened
from tests.app.sources import Engine, Recorded
from trainer.errors import DataError
from trainer.presets import load_preset
from trainer.store import RunStore


async def test_run_change_one_thing_and_run_again(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs") as app:
        assert "toy-spiral" in app.screen() and "Can a small net wind around" in app.screen()
        await app.until(lambda: "press r to train" in app.screen())
        await app.press("r")
        await app.until_idle()
        await app.go_to("regularization.dropout")
        await app.press("right", "right", "right", "r")
        await app.until_idle()
        first, second = reversed(list(app.app.session.runs))
        assert second.config.regularization.dropout == 0.15 and second.name == "dropout-0.15"
        assert first.shown and second.shown and first.colour != second.colour
        screen = app.screen()
        assert "dropout-0.15" in screen and "completed" in screen and "100/100" in screen and "1 changed" in screen
    histories = list(RunStore(tmp_path / "runs").histories())
    assert [h.status for h in histories] == ["completed", "completed"]  # type: ignore[union-attr]


async def test_rerun_gives_the_identical_curve(tmp_path: Path) -> None:
    async with opened(Engine(), tmp_path / "runs") as app:
        await app.enter("epochs", "3")
        await app.press("r")
        await app.until_idle()
        await app.press("R")
        await app.until_idle()
        again, first = app.app.session.runs
        measured = {"run", "time", "seconds", "eval_seconds"}
        figures = [[e.model_dump(exclude=measured) for e in r.history.epochs] for r in (first, again)]
        assert first.run != again.run and len(figures[0]) == 3 and figures[0] == figures[1]


async def test_pause_one_epoch_stop(tmp_path: Path) -> None:
    source = Recorded(permits=2)
    async with opened(source, tmp_path / "runs") as app:
        await app.press("r")
        runs = app.app.session.runs
        await app.until(lambda: runs and len(runs[0].history.epochs) == 2)
        await app.press("space")
        assert "paused" in app.screen()
        await app.press("full_stop")
        source.permits.release(5)
        await app.until(lambda: app.app.session.paused and len(runs[0].history.epochs) == 3)
        await app.press("space")
        await app.until(lambda: len(runs[0].history.epochs) == 7)
        await app.press("s")
        await app.until_idle()
        assert runs[0].history.status == "stopped" and "stopped" in app.screen()
    assert len(RunStore(tmp_path / "runs").history(runs[0].run).epochs) == 7


async def test_a_run_started_meanwhile_waits_its_turn_and_can_be_withdrawn(tmp_path: Path) -> None:
    source = Recorded(permits=1)
    async with opened(source, tmp_path / "runs") as app:
        runs = app.app.session.runs
        await app.press("r", "n")
        await app.until(lambda: runs.training and runs.queued)
        assert runs.queued[0].config.seed == 1 and "queued" in app.screen()
        await app.press("s")  # the newest row is selected: it leaves the queue
        await app.until(lambda: not runs.queued)
        assert len(runs.training) == 1
        source.permits.release(1000)
        await app.until_idle()


async def test_presets_are_searched_previewed_and_loaded(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", preset="overfit") as app:
        await app.press("p")
        await app.type("dropping half")
        await app.pilot.pause()
        assert "Does dropping half" in app.screen() and "dropout p  0 to 0.5" in app.screen()
        await app.press("enter")
        await app.until(lambda: app.app.screen is app.main)
        assert app.app.session.draft.config == load_preset("dropout").config


async def test_write_makes_a_preset_that_loads_again(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs") as app:
        await app.go_to("regularization.l2")
        await app.press("right", "w")
        await app.press(*["backspace"] * 20)
        await app.type("mine")
        await app.press("enter")
        await app.until(lambda: app.app.screen is app.main)
        assert app.app.session.draft.preset.name == "mine" and not app.app.session.draft.changed
        await app.press("w")
        await app.press("enter")  # the name is taken
        await app.until(lambda: "exists already" in app.screen())
        await app.press("escape")
    mine = load_preset("mine")
    assert mine.config.regularization.l2 == 1e-6 and mine.extends == "toy-spiral"


async def test_quit_while_training_asks_and_loses_nothing(tmp_path: Path) -> None:
    async with opened(Recorded(permits=2), tmp_path / "runs") as app:
        await app.press("r")
        runs = app.app.session.runs
        await app.until(lambda: runs and len(runs[0].history.epochs) == 2)
        await app.press("q")
        assert "Quit, and keep its finished epochs?" in app.screen()
        await app.press("n")
        assert app.app.session.busy
        await app.press("q", "y")
    history = RunStore(tmp_path / "runs").history(runs[0].run)
    assert history.status == "interrupted" and len(history.epochs) == 2


async def test_opened_again_runs_are_shown_edited_compared_deleted_and_brought_back(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs") as app:
        await app.press("r")
        await app.go_to("regularization.dropout")
        await app.press("right", "r")
        await app.until_idle()
    async with opened(Recorded(), tmp_path / "runs", preset="baseline") as app:
        runs = app.app.session.runs
        await app.until(lambda: len(runs) == 2)
        app.main.refresh_views()
        assert not runs.shown
        await app.press("v", "tab", "down", "v", "b", "c")
        screen = app.screen()
        assert "dropout" in screen and "0.05" in screen and "val %" in screen and "-0.50" in screen
        await app.press("escape", "e")
        assert app.app.session.draft.config == runs[1].config
        await app.press("x")
        await app.until(lambda: len(runs) == 1)
        assert len(RunStore(tmp_path / "runs").run_ids()) == 1
        await app.press("u")
        await app.until(lambda: len(runs) == 2 and app.app.session.notices.told[-1].text.endswith(" is back."))
    assert len(RunStore(tmp_path / "runs").run_ids()) == 2


async def test_an_entry_that_does_not_fit_stays_on_its_row_and_running_is_refused(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs") as app:
        await app.enter("regularization.dropout", "7")
        await app.until(lambda: "less than or equal to" in app.screen())
        assert "!dropout p" in app.screen() and app.app.session.draft.config.regularization.dropout == 0
        await app.press("r")
        assert len(app.app.session.runs) == 0 and "Cannot run" in app.app.session.notices.told[-1].text
        await app.press("backspace", "r")
        await app.until(lambda: len(app.app.session.runs) == 1)
        await app.until_idle()


async def test_a_grid_trains_all_its_members(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", preset="assignment-3-dropout") as app:
        assert "sweep of 20 runs" in app.screen()
        await app.press("r")
        await app.until_idle()
        assert len(app.app.session.runs) == 20
        assert {e.config.regularization.dropout for e in app.app.session.runs} == {0.0, 0.2, 0.5, 0.8}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_training_refused_for_want_of_data_says_so_and_the_app_stays(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(
        Recorded(refusal=DataError("dataset kmnist is not here: do this")), tmp_path / "runs", size=size
    ) as app:
        await app.press("r")
        await app.until(lambda: any("kmnist" in n.text for n in app.app.session.notices.told))
        await app.until_idle()
        assert app.app.session.runs[0].history.status == "failed"


async def test_without_a_runs_folder_the_run_goes_on_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with opened(Recorded(), tmp_path / "file" / "runs") as app:
        await app.press("r")
        await app.until_idle()
        assert app.app.session.runs[0].history.status == "completed"
        assert any("in memory only" in n.text for n in app.app.session.notices.told)


async def test_every_setting_tells_its_range_beside_its_name_on_a_small_terminal(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(80, 24)) as app:
        await app.go_to("optimizer.lr")
        await app.shows("> 0 to 10")
        await app.press("right")
        await app.shows("was 0.01")
