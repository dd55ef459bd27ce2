"""The pages that look into the selected run, on a real engine and on recorded events."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.app.driving import opened
from tests.app.sources import Engine, Recorded
from trainer.events import Event
from trainer.execution import Member
from trainer.presets import load_preset
from trainer.store import RunStore
from tui.appearance import Look

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.mark.parametrize("size", SIZES)
async def test_the_decision_boundary_is_drawn_while_a_toy_set_trains(tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(Engine(), tmp_path / "runs", size=size) as app:
        await app.enter("epochs", "4")
        await app.press("8")
        await app.until(lambda: "this page fills while a run trains" in app.screen())
        await app.press("r")
        await app.until_idle()
        await app.until(lambda: "decision boundary after epoch 4" in app.screen())
        screen = app.screen()
        charts = app.main.charts
        looks = [segment.style for y in range(charts.size.height) for segment in charts.render_line(y)]
        grounds = {look.bgcolor for look in looks if look is not None}
        assert len(grounds) > 3, "the ground, and two classes in more than one shade"
        assert "●" in screen and "○" in screen and "of 1,000 validation points wrong" in screen
        await app.press("7")
        await app.until(lambda: "weights after epoch 4" in app.screen())
        assert "layer2" in app.screen() and "/64" in app.screen() and "what units see of the plane" in app.screen()
        await app.press("9")
        await app.until(lambda: "calibration after epoch 4" in app.screen())
        assert "ECE" in app.screen() and "9 trust" in app.screen()


@pytest.mark.parametrize("colourless", ["ascii", "NO_COLOR"])
async def test_pictures_are_legible_without_colours(
    tmp_path: Path, colourless: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if colourless == "NO_COLOR":
        monkeypatch.setenv("NO_COLOR", "1")
    look = Look(markers="ascii") if colourless == "ascii" else Look()
    async with opened(Engine(), tmp_path / "runs", size=(120, 40), look=look) as app:
        await app.enter("epochs", "2")
        await app.press("8", "r")
        await app.until_idle()
        await app.until(lambda: "decision boundary after epoch 2" in app.screen())
        screen = app.screen()
        assert "▀" not in screen and "##" in screen
        assert "0 train   a validation" in screen


async def test_nobody_asks_while_no_such_page_is_shown_nor_for_a_run_that_is_over(tmp_path: Path) -> None:
    source = Recorded(permits=3)
    async with opened(source, tmp_path / "runs") as app:
        await app.press("r")
        runs = app.app.session.runs
        await app.until(lambda: runs and len(runs[0].history.epochs) == 3)
        assert source.looked_into is None
        await app.press("7")
        await app.until(lambda: source.looked_into == runs[0].run)
        assert "this page fills at the end of the epoch" in app.screen()
        await app.press("1")
        await app.until(lambda: source.looked_into is None)
        await app.press("9")
        await app.until(lambda: source.looked_into == runs[0].run)
        source.permits.release(1000)
        await app.until_idle()
        await app.until(lambda: source.looked_into is None)
        await app.until(lambda: "this run cannot be looked into" in app.screen())
        assert "R trains it again" in app.screen()


async def test_a_run_of_an_earlier_sitting_is_looked_into_by_its_newest_checkpoint(tmp_path: Path) -> None:
    async with opened(Engine(), tmp_path / "runs") as app:
        await app.enter("epochs", "3")
        await app.press("r")
        await app.until_idle()
        run = app.app.session.runs[0].run
    async with opened(Engine(), tmp_path / "runs", size=(120, 40)) as app:
        await app.until(lambda: len(app.app.session.runs) == 1)
        await app.press("tab", "8")
        await app.until(lambda: "decision boundary after epoch 3" in app.screen())
        await app.press("v")
        await app.until(lambda: app.app.session.runs[0].history.whole)
        app.main.show_runs()
        await app.until(lambda: app.main.charts.is_drawn)
        assert "decision boundary after epoch 3" in app.screen()
    for checkpoint in (tmp_path / "runs" / run / "checkpoints").iterdir():
        checkpoint.unlink()
    async with opened(Engine(), tmp_path / "runs", size=(120, 40)) as app:
        await app.until(lambda: len(app.app.session.runs) == 1)
        await app.press("tab", "8")
        await app.until(lambda: "this run cannot be looked into" in app.screen())


async def test_a_run_that_had_no_checkpoint_is_looked_into_once_it_has_been_continued(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    config = load_preset("toy-spiral").config.model_copy(update={"epochs": 2})
    run = store.new_run(config).run
    async with opened(Engine(), tmp_path / "runs", size=(120, 40)) as app:
        await app.until(lambda: len(app.app.session.runs) == 1)
        await app.press("tab", "8")
        await app.until(lambda: f"{run} has no checkpoint" in app.words())
        await app.press("1", "C")
        await app.until(lambda: app.app.session.runs[0].history.status == "completed")
        await app.until_idle()
        await app.press("8")
        await app.until(lambda: "decision boundary after epoch 2" in app.screen())


async def test_a_run_that_waits_for_a_checkpoint_to_be_read_says_so(tmp_path: Path) -> None:
    class Slow(Recorded):
        def inspect(self, member: Member) -> Generator[Event, None, None]:
            self.permits.acquire()
            yield from super().inspect(member)

    async with opened(Engine(), tmp_path / "runs") as app:
        app.app.session.draft.enter("epochs", "1")
        await app.press("r")
        await app.until_idle()
    source = Slow(permits=0)
    async with opened(source, tmp_path / "runs", size=(120, 40)) as app:
        await app.until(lambda: len(app.app.session.runs) == 1)
        await app.press("tab", "8", "r")
        await app.shows("a checkpoint is being read, then 1 run starts")
        source.permits.release(1000)
        await app.until_idle()


async def test_a_run_taken_out_of_the_queue_stays_out_though_its_checkpoint_is_to_be_read(tmp_path: Path) -> None:
    config = load_preset("toy-spiral").config.model_copy(update={"epochs": 2})
    run = RunStore(tmp_path / "runs").new_run(config).run
    source = Recorded(permits=0)
    async with opened(source, tmp_path / "runs") as app:
        session = app.app.session
        await app.until(lambda: len(session.runs) == 1)
        await app.press("r")
        await app.until(lambda: session.runs.training)
        entry = session.runs.of(run)
        assert entry is not None
        session.looking.look_into(entry, inside=True)
        session.launching.go_on(entry)
        session.stop(entry)
        assert entry.state == "over"
        source.permits.release(1000)
        await app.until(lambda: session.looking.uninspected.get(run))
        await app.until_idle()
        assert not entry.history.epochs


async def test_images_show_confusion_and_mistakes_and_wrong_labels_what_became_of_them(tmp_path: Path) -> None:
    async with opened(Engine(), tmp_path / "runs", preset="label-noise", size=(120, 40)) as app:
        for path, value in (("data.dataset", "digits"), ("data.train_size", "300"), ("data.validation", "200")):
            app.app.session.draft.enter(path, value)
        app.app.session.draft.enter("epochs", "2")
        app.main.properties.refresh_draft()
        await app.press("8", "r")
        await app.until_idle()
        await app.until(lambda: "validation after epoch 2" in app.screen())
        screen = app.screen()
        assert "most confident mistakes" in screen and "right %" in screen
        await app.press("9")
        await app.until(lambda: "wrong labels memorised" in app.screen())
        assert "% of 60" in app.screen() and "% of 240" in app.screen()
        await app.press("7")
        await app.until(lambda: "what units of the first layer look for" in app.screen())
