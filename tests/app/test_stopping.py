"""Early stopping moved over a finished run: where it would have stopped, on the curve and in words."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from tests.app.driving import opened
from tests.app.sources import ENVIRONMENT, Recorded, epoch_event
from tests.store.records import CONFIG
from trainer.config import EarlyStopping
from trainer.counterfactual import Counterfactual, follow
from trainer.events import Ended, Epoch, Event, Preparing, Started
from trainer.execution import Member
from trainer.history import RunHistory
from trainer.store import RunStore
from tui.screens.stopping import StoppingScreen


def finished(root: Path, best_epoch: int = 4) -> str:
    """A run that is best at epoch 4 of 12; ``best_epoch``: whose weights were tested."""
    store = RunStore(root)
    config = CONFIG.model_copy(update={"epochs": 12})
    run = store.new_run(config).run
    store.record(
        Started(
            run=run, time=1.0, config=config, environment=ENVIRONMENT, parameters=10, steps_per_epoch=10,
            layers=("a", "b"), train_examples=100, validation_examples=100, test_examples=100,
        )
    )  # fmt: skip
    for number in range(1, 13):
        loss = 0.5 + abs(number - 4) / 100
        store.record(epoch_event(run, config, number).model_copy(update={"val_loss": loss}))
    store.record(
        Ended(run=run, time=2.0, status="completed", epochs=12, best_epoch=best_epoch, test_loss=0.4, test_acc=0.87)
    )
    return run


async def test_patience_moves_where_it_would_have_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.epoch_tests.AT_ONCE", 0.0)
    finished(tmp_path / "runs")
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await app.until(lambda: app.main.table.count() == 1)
        await app.press("tab", "E")
        await app.until(lambda: "Would have stopped after epoch 7 of 12, 5 epochs earlier" in app.screen())
        assert "with the weights of epoch 4: validation" in app.screen() and "test 87.00 %" in app.screen()
        assert "As it was (no early stopping): 12 epochs, best epoch 4" in app.screen()
        await app.press("right")
        await app.until(lambda: "‹5›" in app.screen() and "after epoch 9 of 12" in app.screen())
        await app.press("right", "right")
        await app.until(lambda: "Would not have stopped within its 12 epochs" in app.screen())
        await app.press("left", "left", "left", "left", "left", "down", "right", "right", "right", "right", "right")
        await app.until(lambda: "after epoch 2 of 12" in app.screen())
        assert "t tests it, for about 0:01 of training" in " ".join(app.screen().split())
        await app.press("t")
        await app.until(lambda: "test 52.00 %" in " ".join(app.screen().split()))
        await app.press("escape")
        await app.until(lambda: app.app.screen is app.main)


async def test_test_figures_of_another_epoch_than_the_best_one_say_so(tmp_path: Path) -> None:
    run = finished(tmp_path / "runs", best_epoch=2)  # as a fork's that begins behind its parent's best
    events = tmp_path / "runs" / run / "events.jsonl"
    lines = events.read_text().splitlines(keepends=True)
    events.write_text("".join(lines[:1] + lines[3:]))
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await app.until(lambda: app.main.table.count() == 1)
        told = "best epoch 4, validation 70.00 %, test 87.00 % of epoch 2"
        await app.press("tab")
        await app.until(lambda: told in app.screen())


async def test_the_record_is_followed_once_for_each_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    followed: list[EarlyStopping] = []

    def counted(history: RunHistory, rule: EarlyStopping, trunk: Sequence[Epoch] = ()) -> Counterfactual:
        followed.append(rule)
        return follow(history, rule, trunk)

    monkeypatch.setattr("tui.screens.stopping.follow", counted)
    finished(tmp_path / "runs")
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await app.until(lambda: app.main.table.count() == 1)
        await app.press("tab", "E", "right", "down", "up")
        screen = app.app.screen
        assert isinstance(screen, StoppingScreen)
        for _ in range(8):
            screen._listen()
        assert [rule.patience for rule in followed] == [3, 5]


async def test_a_run_that_trains_is_not_judged_yet(tmp_path: Path) -> None:
    source = Recorded(permits=1)
    async with opened(source, tmp_path / "runs") as app:
        await app.press("r")
        await app.until(lambda: app.main.table.count() and app.app.session.runs[0].history.epochs)
        await app.press("tab", "E")
        await app.until(lambda: any("no whole record yet" in n.text for n in app.app.session.notices.told))
        assert app.app.screen is app.main


async def test_what_is_tested_quickly_is_tested_at_once(tmp_path: Path) -> None:
    finished(tmp_path / "runs")
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await app.until(lambda: app.main.table.count() == 1)
        await app.press("tab", "E", "left", "left", "down", *["right"] * 5)
        await app.until(lambda: "after epoch 2 of 12" in app.screen())
        await app.until(lambda: "test 52.00 %" in " ".join(app.screen().split()))


class Replaying(Recorded):
    """A test that has to train again, and never comes to its end."""

    def test(self, member: Member) -> Generator[Event, None, None]:
        """How far it is, over and over."""
        while not self.closed and not self.permits.acquire(timeout=0.02):
            yield Preparing(run=member.run, time=1.0, text="training it again", unit="steps")


async def test_a_test_that_takes_too_long_is_stopped_and_may_be_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.epoch_tests.AT_ONCE", 0.0)
    finished(tmp_path / "runs")
    source = Replaying(permits=0)
    async with opened(source, tmp_path / "runs", size=(120, 40)) as app:
        await app.until(lambda: app.main.table.count() == 1)
        await app.press("tab", "E", "left", "left", "down", *["right"] * 5)
        for _ in range(2):
            await app.until(lambda: "t tests it" in app.words())
            await app.press("t")
            await app.until(lambda: "being computed (s stops that)" in app.words())
            await app.press("s")
        await app.until(lambda: "t tests it" in app.words())
        await app.press("t", "escape")
        await app.until(lambda: app.app.screen is app.main)
        await app.press("r")
        await app.shows("a checkpoint is being read, then 1 run starts")
        await app.press("down", "s")
        await app.until(lambda: app.app.session.runs.training)
        assert any("Epoch 2 is not tested: it was stopped" in n.text for n in app.app.session.notices.told)
