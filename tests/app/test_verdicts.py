"""What the lines under the charts say."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key

from tests.app.driving import opened
from tests.app.sources import Recorded
from trainer.config import RunConfig
from trainer.events import Epoch


def noisy(monkeypatch: pytest.MonkeyPatch, gain: float, luck: float) -> None:
    """Dropout helps by ``gain`` for each unit of it; a seed is worth ``luck`` more or less."""
    from tests.app import sources

    made = sources.epoch_event

    def epoch(run: str, config: RunConfig, number: int) -> Epoch:
        event = made(run, config, number)
        p, seed = config.regularization.dropout, config.seed
        value = 0.8 + gain * p + luck * ((seed * 7 + int(20 * p) * (seed + 1)) % 5)
        return event.model_copy(update={"val_acc": value})

    monkeypatch.setattr(sources, "epoch_event", epoch)


async def test_a_rerun_with_one_change_gets_a_verdict_once_there_are_seeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noisy(monkeypatch, gain=0.1, luck=0.001)
    async with opened(Recorded(), tmp_path / "runs", size=(120, 30)) as app:
        await app.press("r")
        await app.until(lambda: "validation accuracy 80.00 %, 95 %:" in app.screen())
        await app.go_to("regularization.dropout")
        await app.press("right", "right", "r")
        await app.until(lambda: "one seed: no verdict (dropout 0.1 lowers best-epoch" in app.screen())
        assert "n adds a seed" in app.screen()
        await app.pilot.resize_terminal(80, 24)
        await app.until(lambda: "one seed, n adds one: dropout 0.1 lowers validation error" in app.screen())
        await app.pilot.resize_terminal(120, 30)
        await app.press("n")  # both, for the other one has no such seed yet
        await app.until_idle()
        runs = app.app.session.runs
        assert sorted((e.config.regularization.dropout, e.config.seed) for e in runs) == [
            (0.0, 0), (0.0, 1), (0.1, 0), (0.1, 1),
        ]  # fmt: skip
        await app.press("n")
        await app.until_idle()
        await app.until(lambda: "3 paired seeds" in app.screen())
        assert "dropout 0.1 lowers best-epoch validation error by" in app.screen() and "no verdict" not in app.screen()


async def test_a_sweep_ends_in_its_answer_with_what_it_is_worth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noisy(monkeypatch, gain=0.05, luck=0.001)
    source = Recorded(permits=2)
    async with opened(source, tmp_path / "runs", preset="assignment-3-dropout", size=(120, 40)) as app:
        await app.press("5", "r")
        await app.until(lambda: all(len(e.history.epochs) == 2 for e in app.app.session.runs) and app.app.session.runs)
        assert "is best of 4" not in app.screen()  # it still trains
        source.permits.release(1000)
        await app.until_idle()
        await app.until(lambda: "dropout 0.8 is best of 4: best-epoch validation accuracy" in app.screen())
        assert "against dropout 0: better 0.2, 0.8, no verdict on 0.5" in " ".join(app.screen().split())
        assert "picking it flatters it by about" in " ".join(app.screen().split())
        await app.press("1", "tab", "end")
        await app.until(lambda: "dropout 0.8 lowers best-epoch validation error by" in app.screen())
        await app.press("i")
        await app.until(lambda: "its test accuracy, not used to choose: 90.00 %" in app.screen())
        await app.press("escape")


async def test_the_diagnosis_names_what_is_wrong_and_what_to_try(tmp_path: Path) -> None:
    async with opened(Recorded(permits=0), tmp_path / "runs", size=(120, 30)) as app:
        await app.go_to("optimizer.name")
        await app.press("right")
        await app.go_to_top()
        await app.go_to("regularization.l2")
        await app.press("right", "right", "r")
        source = app.app.session.source
        assert isinstance(source, Recorded)
        source.permits.release(1000)
        await app.until_idle()
        await app.until(
            lambda: "overfitting: train accuracy is 99.0 %" in app.screen() and "Try dropout" in app.screen()
        )
        await app.press("i")
        await app.until(lambda: "Try l2_method decoupled (AdamW)" in app.screen())


async def test_runs_that_differ_in_two_settings_are_not_compared_by_themselves(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(120, 30)) as app:
        await app.press("r")
        await app.until_idle()
        await app.go_to("regularization.dropout")
        await app.press("right")
        await app.go_to("regularization.max_norm")
        await app.press("right", "r")
        await app.until_idle()
        await app.until(lambda: " examples" in app.screen())
        assert "verdict" not in app.screen()
        await app.press("tab", "down", "b", "up")  # told to compare, it does, and warns
        await app.until(lambda: "one seed: no verdict" in app.screen())
        await app.press("i")
        await app.until(lambda: "differ in 2 settings" in app.screen())


async def test_of_a_grid_the_best_of_all_cells_is_told_by_both_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noisy(monkeypatch, gain=0.05, luck=0.001)
    async with opened(Recorded(), tmp_path / "runs", preset="overfit", size=(120, 40)) as app:
        draft = app.app.session.draft
        draft.take_grid({"regularization.dropout": (0.0, 0.2, 0.5), "optimizer.lr": (0.03, 0.1), "seed": (0, 1)})
        await app.press("6", "r")
        await app.until_idle()
        await app.shows("dropout 0.5, learning rate 0.03 is best of 6: best-epoch validation accuracy")
        assert "against dropout 0, learning rate 0.03: within noise 2" in " ".join(app.screen().split())
        assert "the next best" in app.main.verdict.answer.sweep
        await app.press("1", "tab", "end")
        await app.shows("dropout 0.5, learning rate 0.1 lowers best-epoch validation error by")


async def test_a_baseline_that_was_chosen_is_compared_with_in_a_sweep_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noisy(monkeypatch, gain=0.05, luck=0.001)
    async with opened(Recorded(), tmp_path / "runs", preset="assignment-3-dropout", size=(120, 40)) as app:
        await app.press("r")
        await app.until_idle()
        await app.press("tab", "end")
        await app.shows("dropout 0.8 lowers best-epoch validation error by")
        await app.press("b", "home")
        await app.shows("dropout 0 raises best-epoch validation error by")


async def test_a_sweep_that_was_stopped_and_continued_is_judged_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noisy(monkeypatch, gain=0.05, luck=0.001)
    source = Recorded(permits=2)
    async with opened(source, tmp_path / "runs", preset="assignment-3-dropout", size=(120, 40)) as app:
        session = app.app.session
        await app.press("5", "r")
        await app.until(lambda: session.runs and all(len(e.history.epochs) == 2 for e in session.runs))
        await app.press("s")
        await app.until_idle()
        await app.until(lambda: app.main.verdict.answer.sweep and not app.main.verdict.busy)
        stopped = app.main.verdict.answer.sweep
        assert "is best of 4" not in stopped
        source.permits.release(1000)
        for entry in list(session.runs):
            if entry.history.status == "stopped":
                session.launching.go_on(entry)
        await app.until(lambda: all(e.history.status == "completed" for e in session.runs))
        await app.until_idle()
        await app.until(lambda: "dropout 0.8 is best of 4" in app.main.verdict.answer.sweep)


async def test_what_is_read_in_full_is_about_the_run_that_was_moved_to(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(120, 30)) as app:
        await app.press("r")
        await app.until_idle()
        await app.go_to("regularization.dropout")
        await app.press("right", "r")
        await app.until_idle()
        await app.press("tab")
        await app.until(lambda: "dropout 0.05 " in app.main.verdict.answer.verdict and not app.main.verdict.busy)
        table = app.main.table
        app.app.post_message(Key("down", None))
        app.app.post_message(Key("i", "i"))
        await app.until(lambda: app.app.screen is not app.main)
        assert table.chosen is app.app.session.runs[1]
        assert "dropout 0.05" not in app.screen()
