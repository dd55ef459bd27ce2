"""A sweep that was stopped while its first members trained, and is finished all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Semaphore

from tests.app.driving import Driver, opened
from tests.app.sources import Engine, Recorded
from trainer.events import Epoch, Event
from trainer.execution import Member
from trainer.store import RunStore
from tui.run_entry import RunEntry
from tui.widgets.run_columns import status

WIDTHS = ((4,), (6,), (8,))
"""Networks of which each trains by itself, one after the other."""


class Gated(Engine):
    """The real engine, of which each epoch but the first waits for a permit."""

    def __init__(self) -> None:
        super().__init__()
        self.permits = Semaphore(1)

    def train(self, members: Sequence[Member]) -> Generator[Event, None, None]:
        """As the engine does."""
        for event in super().train(members):
            if isinstance(event, Epoch):
                self.permits.acquire(timeout=20)
            yield event


@asynccontextmanager
async def stopped_early(runs: Path) -> AsyncIterator[tuple[Driver, list[RunEntry]]]:
    """A sweep over widths whose first member has two epochs, the others none; its rows, in order of width."""
    source = Gated()
    async with opened(source, runs) as app:
        session = app.app.session
        session.draft.set("epochs", 3)
        session.draft.take_grid({"model.hidden": WIDTHS})
        await app.press("r")
        await app.until(lambda: any(e.history.epochs for e in session.runs))
        rows = list(session.runs)
        await app.press("s")
        source.permits.release()
        await app.until_idle()
        source.permits.release(100)
        assert [(len(e.history.epochs), e.history.status) for e in rows] == [
            (2, "stopped"), (0, None), (0, None),
        ]  # fmt: skip
        assert all("not-begun" in status(row) for row in rows[1:])
        yield app, rows


async def complete(app: Driver, rows: Sequence[RunEntry]) -> None:
    """Wait for these runs to end by themselves."""
    await app.until(lambda: all(e.history.status == "completed" for e in rows))
    await app.until_idle()


def same_as_undisturbed(app: Driver, rows: Sequence[RunEntry], runs: Path) -> bool:
    """Whether the folder holds these three as one sweep, with the curves that they have when nothing happens."""
    store, fresh, sweeps = RunStore(runs), RunStore(runs.parent / "fresh"), set()
    for entry in rows:
        member, history = fresh.new_run(entry.config), store.history(entry.run)
        for event in Engine().train([member]):
            fresh.record(event)
        assert history.series("val_loss") == fresh.history(member.run).series("val_loss")
        assert history.started is not None and history.started.membership is not None
        sweeps.add(history.started.membership.sweep)
    assert list(app.app.session.runs) and {e.run for e in rows} == set(store.run_ids())
    return len(sweeps) == 1 and len(app.app.session.runs) == len(rows) == 3


async def test_a_member_whose_turn_had_not_come_is_trained_with_the_others_like_it(tmp_path: Path) -> None:
    async with stopped_early(tmp_path / "runs") as (app, rows):
        app.main.choose(rows[2])
        await app.press("C")
        await complete(app, rows[1:])
        assert any("2 of its sweep, not begun before" in n.text for n in app.app.session.notices.told)
        assert rows[0].history.status == "stopped"
        app.main.choose(rows[0])
        await app.press("C")
        await complete(app, rows)
        assert same_as_undisturbed(app, rows, tmp_path / "runs")


async def test_continuing_one_that_was_cut_off_finishes_its_sweep(tmp_path: Path) -> None:
    async with stopped_early(tmp_path / "runs") as (app, rows):
        app.main.choose(rows[0])
        await app.press("C")
        await complete(app, rows)
        assert any("then 2 of its sweep not begun before" in n.text for n in app.app.session.notices.told)
        assert same_as_undisturbed(app, rows, tmp_path / "runs")


async def test_a_sweep_that_was_stopped_is_finished_by_whoever_opens_the_folder_later(tmp_path: Path) -> None:
    async with stopped_early(tmp_path / "runs"):
        pass
    async with opened(Engine(), tmp_path / "runs") as app:
        session = app.app.session
        await app.until(lambda: len(session.runs) == 3)
        await app.until(lambda: any("2 runs have not begun yet" in n.text for n in session.notices.told))
        assert sorted(map(status, session.runs)) == ["not-begun", "not-begun", "stopped"]
        app.main.choose(next(e for e in session.runs if status(e) == "not-begun"))
        await app.press("C")
        await app.until(lambda: sorted(map(status, session.runs)) == ["completed", "completed", "stopped"])
        app.main.choose(next(e for e in session.runs if status(e) == "stopped"))
        await app.press("C")
        await complete(app, tuple(session.runs))
        assert same_as_undisturbed(app, tuple(session.runs), tmp_path / "runs")


async def test_one_of_a_sweep_that_is_over_begins_the_others(tmp_path: Path) -> None:
    async with stopped_early(tmp_path / "runs") as (app, rows):
        app.main.choose(rows[0])
        await app.press("C")
        await complete(app, rows)
    for entry in rows[1:]:
        (tmp_path / "runs" / entry.run / "events.jsonl").unlink()
    async with opened(Engine(), tmp_path / "runs") as app:
        session = app.app.session
        await app.until(lambda: len(session.runs) == 3)
        app.main.choose(next(e for e in session.runs if status(e) == "completed"))
        await app.press("C")
        await complete(app, tuple(session.runs))
        assert same_as_undisturbed(app, tuple(session.runs), tmp_path / "runs")


async def test_what_waits_when_the_app_is_left_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    source = Recorded(permits=1)
    async with opened(source, tmp_path / "runs") as app:
        session = app.app.session
        await app.press("r")
        await app.until(lambda: session.runs.training and session.runs.training[0].history.epochs)
        session.draft.take_grid({"model.hidden": WIDTHS})
        await app.press("r")
        await app.until(lambda: len(session.runs.queued) == 3)
    async with opened(Engine(), tmp_path / "runs") as app:
        session = app.app.session
        await app.until(lambda: len(session.runs) == 4)
        assert sorted(map(status, session.runs)) == ["interrupted", *["not-begun"] * 3]
        first = next(e for e in session.runs if status(e) == "not-begun")
        assert len(session.runs.mates(first)) == 3
