"""Steering a run while it trains: dials, pauses, single epochs and batches."""

from __future__ import annotations

from pathlib import Path

from tests.app.driving import Driver, opened
from tests.app.sources import Engine, Recorded
from trainer.crew import Crew
from trainer.execution import Execution
from trainer.store import RunStore

DROPOUT = "regularization.dropout"


async def training(app: Driver, source: Recorded, epochs: int = 2) -> None:
    """Begin a run, and let some epochs pass."""
    await app.press("r")
    source.permits.release(epochs)
    await app.until(lambda: (runs := app.app.session.runs).training and len(runs[0].history.epochs) == epochs)
    await app.until(lambda: app.main.table.count())


def row(app: Driver, label: str) -> str:
    """The line of the property list with this label."""
    return next(line for line in app.screen().splitlines()[1:] if label in line)


async def test_a_change_waits_beside_the_running_value_until_enter_on_the_run_applies_it(tmp_path: Path) -> None:
    source = Recorded(permits=0)
    async with opened(source, tmp_path / "runs", size=(120, 30)) as app:
        await training(app, source)
        await app.go_to(DROPOUT)
        await app.press("right", "right")
        assert "‹0.1› now 0" in row(app, "dropout p")
        assert "steers toy-spiral: 1 pending" in app.screen()
        assert not app.app.session.runs[0].history.dials
        await app.press("tab", "enter")
        await app.until(lambda: app.app.session.runs[0].history.dials)
        (dial,) = app.app.session.runs[0].history.dials
        assert (dial.path, dial.value) == (DROPOUT, 0.1)
        assert "now 0" not in row(app, "dropout p") and "pending" not in app.screen()
        source.permits.release(1000)
        await app.until_idle()
        (history,) = RunStore(tmp_path / "runs").histories()
        assert [d.value for d in history.dials] == [0.1]  # type: ignore[union-attr]


async def test_escape_takes_back_what_waits(tmp_path: Path) -> None:
    source = Recorded(permits=0)
    async with opened(source, tmp_path / "runs") as app:
        await training(app, source)
        await app.go_to(DROPOUT)
        await app.press("right", "escape")
        assert app.app.session.draft.config.regularization.dropout == 0 and "now" not in row(app, "dropout p")
        await app.press("tab", "enter")
        await app.until(lambda: any("change a setting first" in n.text for n in app.app.session.notices.told))
        assert not source.dials and not app.app.session.runs[0].history.dials


async def test_what_waits_waits_no_longer_when_the_run_is_over(tmp_path: Path) -> None:
    source = Recorded(permits=0)
    async with opened(source, tmp_path / "runs", size=(120, 30)) as app:
        await training(app, source)
        await app.go_to(DROPOUT)
        await app.press("right", "right")
        await app.until(lambda: "waits" in app.screen())
        source.permits.release(1000)
        await app.until_idle()
        await app.until(lambda: "waits" not in app.screen() and "now 0" not in row(app, "dropout p"))


async def test_live_makes_each_change_at_once(tmp_path: Path) -> None:
    source = Recorded(permits=0)
    async with opened(source, tmp_path / "runs", size=(120, 30)) as app:
        await training(app, source)
        await app.press("L")
        assert "live" in app.screen().splitlines()[0]
        await app.go_to(DROPOUT)
        await app.press("right", "right", "left")
        await app.until(lambda: len(app.app.session.runs[0].history.dials) >= 1)
        await app.until(lambda: app.app.session.runs[0].history.dials[-1].value == 0.05)


async def test_what_cannot_change_live_says_so_and_is_not_asked_for(tmp_path: Path) -> None:
    source = Recorded(permits=0)
    async with opened(source, tmp_path / "runs", size=(120, 30)) as app:
        await training(app, source)
        await app.go_to("data.batch_size")
        await app.press("right")
        assert "needs a new run" in row(app, "batch size")
        await app.until(lambda: "r starts a new run" in app.screen())
        await app.press("tab", "enter")
        await app.until(lambda: any("cannot change while a run trains" in n.text for n in app.app.session.notices.told))
        assert not app.app.session.runs[0].history.dials
        await app.press("r")  # the new run is what the config is about now
        assert "needs a new run" not in row(app, "batch size")


async def test_another_preset_is_about_no_run_and_e_makes_it_about_one_again(tmp_path: Path) -> None:
    source = Recorded(permits=0)
    async with opened(source, tmp_path / "runs") as app:
        await training(app, source)
        app.app.session.load_preset("overfit")
        app.main.properties.refresh_draft()
        assert not app.app.session.steering.pending
        await app.press("tab", "enter")
        await app.until(lambda: any("e loads what it trains with" in n.text for n in app.app.session.notices.told))
        await app.press("e", "tab")
        await app.go_to_top()
        await app.go_to(DROPOUT)
        await app.press("right")
        assert "now 0" in row(app, "dropout p")


async def test_one_batch_is_told_with_its_figures(tmp_path: Path) -> None:
    source = Recorded(permits=0)
    async with opened(source, tmp_path / "runs", size=(120, 30)) as app:
        await app.press("greater_than_sign")
        await app.until(lambda: "batch 1/10" in app.screen() and "paused" in app.screen())
        assert "loss 0.4321  gradient 1.25  update/weight 1.5e-03" in app.screen()
        await app.press("greater_than_sign")
        await app.until(lambda: "batch 2/10" in app.screen() and app.app.session.paused)


async def test_a_dial_of_the_real_engine_is_recorded_and_replayed(tmp_path: Path) -> None:
    async with opened(Engine(), tmp_path / "runs", size=(120, 30)) as app:
        await app.press("full_stop")
        await app.until(lambda: app.app.session.paused and app.main.table.count())
        await app.go_to(DROPOUT)
        await app.press("right", "right", "tab", "enter")
        await app.press("full_stop")
        await app.until(lambda: app.app.session.paused and len(app.app.session.runs[0].history.epochs) == 2)
        (dial,) = app.app.session.runs[0].history.dials
        assert (dial.value, dial.previous, dial.epoch) == (0.1, 0.0, 2)
        await app.press("space")
        await app.until_idle()
        await app.press("R")
        await app.until(lambda: len(app.app.session.runs) == 2)
        await app.until_idle()
        again, first = app.app.session.runs
        assert again.history.series("val_loss") == first.history.series("val_loss")
        assert [d.step for d in again.history.dials] == [dial.step]


async def test_the_worker_pauses_inside_an_epoch_of_mnist_and_takes_single_batches(tmp_path: Path) -> None:
    source = Crew(Execution(device="cpu", threads=1))
    async with opened(source, tmp_path / "runs", preset="baseline", size=(120, 30)) as app:
        await app.press("greater_than_sign")
        await app.until(lambda: "batch 1/" in app.screen() and app.app.session.paused, 120)
        await app.press("space")
        await app.until(lambda: "images/s" in app.screen())
        await app.press("space")
        await app.until(lambda: "paused" in app.screen())
        history = app.app.session.runs[0].history
        assert not history.epochs  # it stands in the middle of the first


async def test_of_runs_side_by_side_one_or_all_take_a_change_as_the_user_says(tmp_path: Path) -> None:
    source = Recorded(permits=0)
    async with opened(source, tmp_path / "runs", size=(120, 30)) as app:
        app.app.session.draft.take_grid({"seed": (0, 1, 2)})
        await training(app, source)
        runs = app.app.session.runs
        await app.go_to(DROPOUT)
        await app.press("right", "tab", "enter")
        await app.shows("enter  toy-spiral seed-")
        await app.press("escape")
        assert not source.dials and "now 0" in row(app, "dropout p")
        await app.press("enter", "a")
        await app.until(lambda: all(entry.history.dials for entry in runs))
        await app.until(lambda: any("in 3 runs: dropout" in n.text for n in app.app.session.notices.told))
        await app.press("tab")
        await app.go_to(DROPOUT)
        await app.press("right", "tab", "enter", "enter")
        await app.until(lambda: any(entry.history.dials[-1].value == 0.1 for entry in runs))
        chosen = app.main.table.chosen
        assert {entry.history.dials[-1].value for entry in runs if entry is not chosen} == {0.05}
        assert app.app.session.steering.steered == (chosen,)
        assert app.app.session.draft.config.regularization.dropout == 0.1 and not app.app.session.draft.grid
