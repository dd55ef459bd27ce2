"""Runs that begin where another left off: continued after a crash, forked at an epoch, forks of forks."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import cast

import pytest

from tests.app.driving import Driver, opened
from tests.app.sources import Engine, Recorded
from tests.durability.training import config, record
from trainer.events import Event, Preparing
from trainer.execution import Member, Origin
from trainer.store import RunStore
from trainer.store.checkpoints import path_of
from tui.branches import Branches
from tui.epoch_tests import EpochTests
from tui.looking import Looking
from tui.run_entry import RunEntry
from tui.runs import Runs
from tui.training import Trainer


@pytest.fixture(autouse=True)
def _a_checkpoint_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainer.engine.keeping.SHARE", 1e9)


def cut_off(root: Path, *seeds: int, epochs: int = 3) -> list[str]:
    """Runs that were killed after some epochs, with their checkpoints."""
    store = RunStore(root)
    members = [store.new_run(config(seed=seed)) for seed in seeds]
    record(store, members, until=lambda event: event.event == "epoch" and event.epoch == epochs)
    return [member.run for member in members]


def undisturbed(root: Path, seed: int) -> list[float]:
    """The curve of such a run that nothing happened to."""
    store = RunStore(root)
    member = store.new_run(config(seed=seed))
    record(store, [member])
    return store.history(member.run).series("val_loss")


async def finished(app: Driver) -> RunEntry:
    """A run of the real engine, which keeps its checkpoints."""
    await app.press("r")
    await app.until(lambda: app.app.session.runs)
    await app.until_idle()
    await app.until(lambda: app.main.table.count())
    return app.app.session.runs[0]


async def few_epochs(app: Driver, count: int) -> None:
    """Make the config short."""
    app.app.session.draft.set("epochs", count)
    app.main.properties.refresh_draft()


async def test_a_run_cut_off_by_a_crash_is_recognised_and_continued_to_the_undisturbed_curve(tmp_path: Path) -> None:
    (run,) = cut_off(tmp_path / "runs", 0)
    async with opened(Engine(), tmp_path / "runs") as app:
        runs = app.app.session.runs
        await app.until(lambda: app.main.table.count() == 1)
        await app.until(
            lambda: any("A run was cut off: C on one continues it" in n.text for n in app.app.session.notices.told)
        )
        await app.press("tab", "C")
        await app.until(lambda: runs[0].history.ended)
        await app.until_idle()
        assert len(runs) == 1 and runs[0].run == run and runs[0].history.status == "completed"
        assert runs[0].history.series("val_loss") == undisturbed(tmp_path / "others", 0)
        assert RunStore(tmp_path / "runs").history(run).series("val_loss") == runs[0].history.series("val_loss")


def test_a_run_whose_data_takes_time_to_load_is_continued_here_and_not_elsewhere(tmp_path: Path) -> None:
    (run,) = cut_off(tmp_path, 0)
    store = RunStore(tmp_path)
    store.refuse(run, "its process died")
    history, runs = store.history(run), Runs()
    assert history.started is not None and history.status == "failed"
    runs.found(history, live=False)
    runs.queue_again(runs)
    runs.begin([runs[0].key], store.resume([run]))
    for event in (Preparing(run=run, time=1.0, text="reading mnist"), history.started):
        runs.apply(event)
        assert runs[0].state == "training"


async def test_those_that_trained_side_by_side_are_continued_together(tmp_path: Path) -> None:
    cut_off(tmp_path / "runs", 0, 1)
    async with opened(Engine(), tmp_path / "runs") as app:
        runs = app.app.session.runs
        await app.until(lambda: app.main.table.count() == 2)
        await app.press("tab", "C")
        await app.until(lambda: all(e.history.status == "completed" for e in runs))
        assert {e.config.seed for e in runs} == {0, 1} and len(runs) == 2


async def test_what_is_over_is_not_continued_and_says_why(tmp_path: Path) -> None:
    async with opened(Engine(), tmp_path / "runs") as app:
        await few_epochs(app, 2)
        await finished(app)
        await app.press("tab", "C")
        await app.until(lambda: any("is over (completed)" in n.text for n in app.app.session.notices.told))
        assert app.app.session.runs[0].state == "over"


async def test_a_continuation_that_waits_can_be_taken_back(tmp_path: Path) -> None:
    (run,) = cut_off(tmp_path / "runs", 0)
    async with opened(Recorded(permits=0), tmp_path / "runs") as app:
        runs = app.app.session.runs
        await app.until(lambda: app.main.table.count() == 1)
        await app.press("r")
        await app.until(lambda: runs.training and app.main.table.count() == 2)
        await app.press("tab", "end", "C")
        await app.until(lambda: [e.run for e in runs.queued] == [run])
        await app.press("s")
        assert not runs.queued
        (_, entry) = runs
        assert entry.run == run and entry.state == "over" and entry.history.ended is None


async def test_a_fork_starts_at_the_cursor_and_its_branch_at_the_trunk(tmp_path: Path) -> None:
    async with opened(Engine(), tmp_path / "runs", size=(120, 40)) as app:
        await few_epochs(app, 6)
        parent = await finished(app)
        app.app.session.draft.set("regularization.dropout", 0.5)
        app.main.charts.look(app.main.charts.scene.view, 4)
        await app.press("tab", "f")
        await app.until(lambda: len(app.app.session.runs) == 2)
        await app.until_idle()
        fork = app.app.session.runs[0]
        assert fork.parent == (parent.run, 4) and [e.epoch for e in fork.history.epochs] == [5, 6]
        await app.until(lambda: "├" in app.screen())
        assert f"← {parent.own}@4" in app.screen()
        root = app.app.session.branches.root(fork)
        assert root is not None and root.epoch.val_loss == parent.history.epochs[3].val_loss
        trunk = parent.history.epochs[:4]
        assert root.steps == trunk[-1].step and root.seconds == sum(e.seconds + e.eval_seconds for e in trunk)
        assert "├" in app.screen()
        for axis in ("step", "seconds"):
            await app.press("t")
            await app.until(lambda axis=axis: app.main.charts.scene.view.axis == axis)  # type: ignore[misc]
            await app.until(lambda: "├" in app.screen())


async def test_a_fork_of_a_fork_without_a_cursor_starts_at_the_last_checkpoint(tmp_path: Path) -> None:
    async with opened(Engine(), tmp_path / "runs", size=(120, 40)) as app:
        await few_epochs(app, 2)
        first = await finished(app)
        await few_epochs(app, 4)
        await app.press("tab", "f")
        await app.until(lambda: len(app.app.session.runs) == 2)
        await app.until_idle()
        second = app.app.session.runs[0]
        await few_epochs(app, 5)
        await app.press("f")
        await app.until(lambda: len(app.app.session.runs) == 3)
        await app.until_idle()
        third = app.app.session.runs[0]
        assert second.parent == (first.run, 2) and third.parent == (second.run, 4)
        assert [e.epoch for e in third.history.epochs] == [5]


async def test_an_epoch_that_left_no_checkpoint_is_trained_again_and_forked(tmp_path: Path) -> None:
    async with opened(Engine(), tmp_path / "runs") as app:
        await few_epochs(app, 4)
        parent = await finished(app)
        path_of(tmp_path / "runs" / parent.run, 2).unlink()
        app.main.charts.look(app.main.charts.scene.view, 2)
        await app.press("tab", "f")
        await app.until(
            lambda: any("left no checkpoint: it is trained again" in n.text for n in app.app.session.notices.told)
        )
        await app.until(lambda: len(app.app.session.runs) == 2)
        await app.until_idle()
        fork = app.app.session.runs[0]
        assert fork.parent == (parent.run, 2)
        assert fork.history.series("val_loss") == parent.history.series("val_loss")[2:]


async def test_an_epoch_of_the_trunk_that_the_parent_keeps_is_not_trained_again(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    parent = store.new_run(config())
    record(store, [parent])
    child = store.new_run(config(seed=1), Origin(parent.run, 4))
    record(store, [child])
    assert 2 in store.fork_epochs(parent.run) and 2 not in store.fork_epochs(child.run)
    async with opened(Engine(), tmp_path / "runs") as app:
        session = app.app.session
        await app.until(lambda: app.main.table.count() == 2)
        entry = next(e for e in session.runs if e.run == child.run)
        await app.until(lambda: session.records.read_whole(entry))
        session.draft.adopt(config(seed=2))
        session.launching.fork(entry, 2)
        await app.until(lambda: any("Forked from" in n.text for n in session.notices.told))
        (told,) = [n.text for n in session.notices.told if "Forked from" in n.text]
        assert told.endswith("at epoch 2.")
        await app.until(lambda: len(session.runs) == 3)
        await app.until_idle()
        assert session.runs[0].parent == (parent.run, 2)


async def test_a_sweep_can_be_forked(tmp_path: Path) -> None:
    async with opened(Engine(), tmp_path / "runs") as app:
        await few_epochs(app, 3)
        parent = await finished(app)
        app.app.session.draft.take_grid({"regularization.dropout": (0.0, 0.2, 0.5)})
        app.main.charts.look(app.main.charts.scene.view, 2)
        await app.press("tab", "f")
        await app.until(lambda: len(app.app.session.runs) == 4)
        await app.until_idle()
        forks = list(app.app.session.runs)[:3]
        assert {f.config.regularization.dropout for f in forks} == {0.0, 0.2, 0.5}
        assert all(f.parent == (parent.run, 2) and f.history.status == "completed" for f in forks)


@pytest.mark.parametrize(
    ("setting", "value", "cursor", "reason"),
    [
        ("model.hidden", (7,), 2, "is of another network"),
        ("epochs", 2, 2, "set epochs above that"),
        ("epochs", 9, 7, "has no epoch 7: 3 epochs are behind it"),
    ],
)
async def test_forks_that_cannot_be_say_why(
    tmp_path: Path, setting: str, value: object, cursor: int, reason: str
) -> None:
    async with opened(Engine(), tmp_path / "runs") as app:
        await few_epochs(app, 3)
        await finished(app)
        app.app.session.draft.set(setting, value)
        app.main.charts.look(app.main.charts.scene.view, cursor)
        await app.press("tab", "f")
        await app.until(lambda: any(reason in notice.text for notice in app.app.session.notices.told))
        assert len(app.app.session.runs) == 1


def test_what_a_test_costs_is_counted_from_the_checkpoints_of_whoever_trained_that_epoch(tmp_path: Path) -> None:
    (parent,) = cut_off(tmp_path, 0)
    store = RunStore(tmp_path)
    fork = store.new_run(config(epochs=5), Origin(parent, 3))
    record(store, [fork])
    runs = Runs()
    runs.found(store.history(fork.run), live=False)
    trunk = store.trunk(runs[0].history)

    def cost(epoch: int) -> float:
        looking = Looking(cast(Trainer, None))
        return EpochTests(looking, Branches(store, runs), runs[0]).cost(epoch, trunk)

    assert [epoch.epoch for epoch in trunk] == [1, 2, 3] and cost(2) == cost(5) == 0
    path_of(tmp_path / parent, 2).unlink()
    assert cost(2) == trunk[1].seconds + trunk[1].eval_seconds


class Replaying(Recorded):
    """Trains another run again, until it is let go on."""

    def train(self, members: Sequence[Member]) -> Generator[Event, None, None]:
        """How far that is, then the run."""
        while not self.closed and not self.permits.acquire(timeout=0.02):
            yield Preparing(run=members[0].run, time=1.0, text="training x again up to epoch 7", unit="steps")
        yield from super().train(members)


async def test_one_epoch_that_has_to_wait_for_a_replay_is_told_of(tmp_path: Path) -> None:
    async with opened(source := Replaying(permits=0), tmp_path / "runs") as app:
        session = app.app.session
        await app.press("r")
        await app.until(lambda: session.runs.training and session.runs[0].history.progress)
        await app.press("full_stop")
        await app.until(lambda: session.notices.told)
        assert session.notices.told[-1].text == "One epoch, once this is done: training x again up to epoch 7."
        source.permits.release(100)
        await app.until(lambda: session.paused)
        assert len(session.runs[0].history.epochs) == 1
