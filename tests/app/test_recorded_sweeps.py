"""Sweeps and ablations are known again by what their records say."""

from __future__ import annotations

from pathlib import Path

from tests.app.driving import opened
from tests.app.sources import Recorded
from trainer.config import RunConfig
from trainer.store import RunStore


async def test_an_ablation_ends_in_a_table_of_contributions_also_after_the_app_is_opened_again(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", preset="overfit", size=(120, 40)) as app:
        app.app.session.draft.set("regularization.dropout", 0.5)
        app.app.session.draft.set("regularization.l2", 0.01)
        await app.press("a")
        await app.until(lambda: "3 seeds = 12 runs" in app.screen())
        await app.press("y")
        await app.until_idle()
        await app.shows("all of them together  −5.00 pp")
        assert "contributions, points of validation accuracy" in app.screen() and "rungs of the ladder" in app.screen()
    for run in RunStore(tmp_path / "runs").run_ids():
        RunStore(tmp_path / "runs").annotate(run, name="anything")  # what it is called does not count
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await app.until(lambda: len(app.app.session.runs) == 12)
        app.main.refresh_views()
        await app.press("tab", "5")
        await app.shows("all of them together  −5.00 pp")
        dropout = next(e for e in app.app.session.runs if "only-dropout" in e.config.name)
        app.main.choose(dropout)
        await app.press("1")
        await app.shows("only dropout raises best-epoch validation error by 5.00 pp")  # the rung that is chosen
        await app.press("5", "T")
        await app.shows("contribution  compared")
        await app.press("escape", "z", "z", "T")
        await app.shows("best_val_acc sd")


async def test_the_members_of_a_sweep_are_those_that_were_trained_for_it_and_their_further_seeds(
    tmp_path: Path,
) -> None:
    async with opened(Recorded(), tmp_path / "runs", preset="assignment-3-dropout", size=(120, 40)) as app:
        await app.press("r")
        await app.until_idle()
        await app.press("n")
        await app.until_idle()
        assert len(app.app.session.runs) == 24
    store = RunStore(tmp_path / "runs")
    sweep = store.header(store.run_ids()[0])
    for seed in (7, 8):  # named as a member, and none
        lone = RunConfig(name=sweep.config.name.replace("seed-0", f"seed-{seed}"), epochs=3, seed=seed)
        store.new_run(lone)
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        runs = app.app.session.runs
        await app.until(lambda: len(runs) == 26)
        members = [e for e in runs if e.membership is not None]
        assert len(members) == 24 and {e.membership.paths for e in members if e.membership} == {
            ("regularization.dropout",)
        }
        assert sorted({len(runs.mates(e)) for e in runs}) == [0, 4, 20]
        app.main.refresh_views()
        app.main.choose(members[-1])  # not the last row: runs that began in the same second are in no order
        await app.press("5")
        await app.shows("6 seeds a value")
