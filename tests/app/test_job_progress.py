"""One bar for all runs of a job, with the time that is left for the whole."""

from __future__ import annotations

from math import nan
from pathlib import Path

from tests.app.driving import opened
from tests.app.sources import Recorded, epoch_event
from trainer.events import Ended, Preparing, Progress
from trainer.presets import load_preset
from tui.job_progress import JobProgress
from tui.runs import Runs


def progress(run: str, members: int, left: float = nan) -> Progress:
    """Half of an epoch."""
    return Progress(
        run=run, time=0.0, epoch=1, step=5, steps=10, examples_per_second=10.0, seconds_left=left, members=members
    )  # fmt: skip


def test_runs_in_turn_share_one_estimate_that_pauses_do_not_lengthen() -> None:
    now = 0.0
    config = load_preset("toy-spiral").config.model_copy(update={"epochs": 4})
    entries = Runs().queue([config, config])
    job = JobProgress(entries, lambda: now)
    assert (job.done, job.planned, job.seconds_left) == (0.0, 8, None)
    first = entries[0].history
    for number in (1, 2):
        first.apply(epoch_event("a", config, number))
    now = 10.0
    job.tick(paused=False)
    now = 500.0
    job.tick(paused=True)
    assert job.done == 2 and job.seconds_left == 30.0
    first.apply(progress("a", 1, left=5.0))
    assert job.done == 2.5 and job.seconds_left == 22.0  # not the 5 seconds of one run
    first.apply(Ended(run="a", time=0.0, status="early-stopped", epochs=2, best_epoch=1, test_loss=None, test_acc=None))
    assert job.planned == 6


def test_runs_side_by_side_take_the_time_of_the_longest() -> None:
    config = load_preset("toy-spiral").config
    entries = Runs().queue([config] * 3)
    job = JobProgress(entries, lambda: 0.0)
    entries[0].history.apply(progress("a", 3, left=7.0))
    assert job.done == 1.5 and job.seconds_left == 7.0


def test_what_was_prepared_is_over_with_the_first_epoch() -> None:
    config = load_preset("toy-spiral").config
    (entry,) = Runs().queue([config])
    entry.history.apply(Preparing(run="a", time=0.0, text="reading mnist"))
    entry.history.apply(epoch_event("a", config, 1))
    assert entry.history.progress is None


async def test_a_sweep_is_one_bar(tmp_path: Path) -> None:
    source = Recorded(permits=2)
    async with opened(source, tmp_path / "runs", preset="assignment-3-dropout") as app:
        await app.press("r")
        await app.until(lambda: "20 runs" in app.screen() and "0:05 left" in app.screen())
        assert app.screen().count(" left") == 1 and "images/s" in app.screen()
        source.permits.release(1000)
        await app.until_idle()
