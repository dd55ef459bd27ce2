"""Sweeps from the keyboard: lists of values, grids, seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.driving import opened
from tests.app.sources import Recorded
from trainer.config.properties import Property
from trainer.errors import ConfigError
from trainer.presets import load_preset
from tui.draft import Draft
from tui.pace import duration
from tui.sweep_values import as_text, read, suggested


def row_of(draft: Draft, path: str) -> Property:
    """A row of the property list."""
    return next(p for p in draft.rows if p.path == path)


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("regularization.l2", 0.0, "0, 1e-6, 1e-5, 0.0001, 0.001, 0.01, 0.1"),
        ("regularization.l2", 3e-4, "0, 1e-5, 3e-5, 0.0001, 0.0003, 0.001, 0.003"),
        ("regularization.dropout", 0.33, "0.1, 0.2, 0.3, 0.33, 0.4, 0.5, 0.6"),
        ("regularization.max_norm", 2.5, "off, 5, 4, 3, 2.5, 2, 1.5"),
        ("data.train_size", None, "all, 100, 200, 500, 1000, 2000, 5000"),
        ("regularization.early_stopping", False, "off, on"),
        ("optimizer.name", "sgd", "sgd, adam, adamw, rmsprop"),
        ("model.hidden", (64, 32), "64-32"),
        ("epochs", 1, "1, 2, 3, 5, 7, 10, 15"),
    ],
)
def test_a_sweep_begins_around_the_present_value(path: str, value: object, text: str) -> None:
    draft = Draft(load_preset("overfit"))
    draft.set(path, value)
    row = row_of(draft, path)
    offered = suggested(draft.config, row)
    assert as_text(offered, row) == text
    assert read(draft.config, row, text) == offered or path == "model.hidden"


def test_every_suggestion_of_every_preset_can_be_taken_as_it_is() -> None:
    for name in ("baseline", "toy-spiral", "cnn", "assignment-2-schedulers"):
        draft = Draft(load_preset(name))
        for row in draft.rows:
            draft.sweep(row, as_text(draft.offered(row), row))
            assert draft.config.model_copy(update={"name": name}) == load_preset(name).config
            draft.sweep(row, "")


@pytest.mark.parametrize(
    ("path", "text", "reason"),
    [
        ("regularization.dropout", "0.2, 1.5", "regularization.dropout = 1.5: must be less than or equal to 0.99"),
        ("regularization.l2", "0, nan", "must be a number"),
        ("scheduler.name", "step(step_size)", "must be written as setting=value"),
        ("scheduler.name", "step(siz=3)", "siz"),
        ("optimizer.name", "sgd, lion", "lion"),
    ],
)
def test_a_list_that_cannot_be_taken_says_why_and_changes_nothing(path: str, text: str, reason: str) -> None:
    draft = Draft(load_preset("overfit"))
    with pytest.raises(ConfigError, match=reason):
        draft.sweep(row_of(draft, path), text)
    assert not draft.grid and not draft.changed


def test_kinds_are_swept_with_settings_of_their_own() -> None:
    draft = Draft(load_preset("overfit"))
    draft.sweep(row_of(draft, "scheduler.name"), "constant, step(step_size=8, gamma=0.3) multistep(milestones=5-8)")
    constant, step, multistep = (config.scheduler for config in draft.members())
    assert (constant.name, step.name, multistep.name) == ("constant", "step", "multistep")
    assert step.model_dump() == {"name": "step", "step_size": 8, "gamma": 0.3}
    assert multistep.model_dump()["milestones"] == (5, 8)


def test_values_that_are_the_same_are_trained_once_and_a_single_one_is_no_sweep() -> None:
    draft = Draft(load_preset("overfit"))
    row = row_of(draft, "regularization.l2")
    draft.sweep(row, "1e-4, 0.0001, 0.001")
    assert draft.grid == {"regularization.l2": (1e-4, 1e-3)}
    draft.sweep(row, "0.3")
    assert not draft.grid and draft.config.regularization.l2 == 0.3


def test_a_sweep_that_was_dropped_is_offered_again() -> None:
    draft = Draft(load_preset("overfit"))
    row = row_of(draft, "regularization.dropout")
    draft.sweep(row, "0, 0.25, 0.75")
    draft.nudge("regularization.dropout", 1)
    assert not draft.grid and draft.offered(row) == (0.0, 0.25, 0.75)


def test_sweeps_too_large_are_refused_before_anything_is_changed() -> None:
    draft = Draft(load_preset("overfit"))
    draft.seeds("1000")
    with pytest.raises(ConfigError, match="7,000 runs are more than the 4,096"):
        draft.sweep(row_of(draft, "regularization.dropout"), "0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6")
    assert list(draft.grid) == ["seed"]


async def test_a_grid_of_two_settings_and_seeds_is_set_edited_trained_and_taken_away(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", preset="overfit", size=(80, 24)) as app:
        draft, runs = app.app.session.draft, app.app.session.runs
        await app.go_to("regularization.dropout")
        await app.press("g")
        assert "0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6" in app.screen()
        await app.until(lambda: "7 runs" in app.screen())
        await app.press("ctrl+u")
        await app.type("0, 0.5 7")
        await app.press("enter")
        await app.until(lambda: "must be less than or equal" in app.screen())  # the reason, and it stays open
        await app.press("backspace", "backspace", "enter")
        assert draft.grid == {"regularization.dropout": (0.0, 0.5)} and "sweep of 2 runs" in app.screen()
        await app.press("S")
        await app.until(lambda: "2 dropout × 3 seed = 6 runs" in app.screen())
        await app.press("enter")
        await app.go_to("optimizer.lr")
        await app.press("g", "ctrl+u")
        await app.type("0.03, 0.1")
        await app.until(lambda: "2 dropout × 2 lr × 3 seed = 12 runs" in app.screen())
        await app.press("enter")
        assert list(draft.grid) == ["regularization.dropout", "optimizer.lr", "seed"]
        await app.press("r")
        await app.until_idle()
        assert len({(e.config.regularization.dropout, e.config.optimizer.lr, e.config.seed) for e in runs}) == 12
        await app.press("g", "escape")
        assert len(draft.grid) == 3
        await app.press("g", "ctrl+u", "enter")
        await app.press("S", "backspace", "1", "enter")
        await app.go_to_top()
        await app.go_to("regularization.dropout")
        await app.press("backspace")
        assert not draft.grid and not draft.changed


async def test_how_long_a_sweep_takes_is_told_once_a_run_has_shown_it(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", preset="overfit") as app:
        await app.go_to("regularization.l2")
        await app.press("g")
        await app.until(lambda: "7 runs" in app.screen())
        assert "about" not in app.screen()
        await app.press("escape", "r")
        await app.until_idle()
        await app.press("g")
        seconds = 7 * app.app.session.draft.config.epochs * 0.6
        await app.until(lambda: f"7 runs, about {duration(seconds)}" in app.screen())


async def test_a_live_sweep_fills_its_pages_and_stop_keeps_what_is_done(tmp_path: Path) -> None:
    source = Recorded(permits=3)
    async with opened(source, tmp_path / "runs", preset="assignment-3-dropout", size=(120, 40)) as app:
        runs = app.app.session.runs
        await app.press("5", "r")
        await app.until(lambda: len(runs) == 20 and all(len(e.history.epochs) == 3 for e in runs))
        await app.until(lambda: "best: dropout 0 " in app.screen() and "5 seeds a value" in app.screen())
        await app.press("6")
        await app.until(lambda: "two settings must be swept" in app.screen())
        await app.press("1")
        await app.until(lambda: "● dropout-0 " in app.screen() and "19 more, lowest to highest" in app.screen())
        await app.press("tab", "end")
        await app.until(lambda: "● dropout-0.8 s4" in app.screen())
        await app.press("s")
        await app.until_idle()
        assert {e.history.status for e in runs} == {"stopped"}
        await app.press("5")
        await app.until(lambda: "best: dropout 0 " in app.screen())


async def test_opened_again_a_sweep_is_recognized(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", preset="assignment-3-dropout") as app:
        await app.press("r")
        await app.until_idle()
    async with opened(Recorded(), tmp_path / "runs", preset="baseline") as app:
        await app.until(lambda: len(app.app.session.runs) == 20)
        app.main.refresh_views()
        await app.press("5")
        await app.until(lambda: "best: dropout 0 " in app.screen())


async def test_the_figures_of_a_page_are_read_as_text_and_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(Recorded(), tmp_path / "runs", preset="assignment-3-dropout", size=(80, 24)) as app:
        await app.press("T")
        assert app.app.screen is app.main  # nothing to show yet, and it says so
        assert "r trains the config" in app.app.session.notices.told[-1].text
        await app.press("r")
        await app.until_idle()
        await app.press("5", "T")
        await app.until(lambda: "best_val_acc" in app.screen() and "accuracy %: effect" in app.screen())
        await app.press("s")
        await app.until(lambda: "saved:" in app.screen() and ".csv" in app.screen())
        await app.press("p")
        await app.until(lambda: ".svg" in app.screen())
        await app.press("escape")
        await app.until(lambda: app.app.screen is app.main)
    (picture,) = tmp_path.glob("regtui-effect-*.svg")
    assert "accuracy % over dropout" in picture.read_text().replace("&#160;", " ")
    (file,) = tmp_path.glob("regtui-effect-*.csv")
    head, *rows = file.read_text().splitlines()
    assert head.startswith("dropout,seeds,best_fit_acc,best_fit_acc sd,best_val_acc,") and len(rows) == 4
    assert rows[1].startswith("0.2,5,")


async def test_an_ablation_of_a_sweep_is_refused_as_in_the_shell_and_of_seeds_alone_is_not(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", preset="assignment-3-dropout", size=(120, 40)) as app:
        await app.press("a")
        told = "an ablation takes one config apart, and assignment-3-dropout sweeps regularization.dropout"
        assert told in app.app.session.notices.told[-1].text and not len(app.app.session.runs)
        await app.enter("regularization.dropout", "0.5")
        await app.press("a")
        await app.until(lambda: "× 5 seeds" in app.screen())


async def test_an_ablation_is_confirmed_trained_and_ends_in_what_each_regularizer_contributes(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        runs = app.app.session.runs
        await app.press("a")
        assert "uses no regularizer" in app.app.session.notices.told[-1].text
        await app.go_to("regularization.l2")
        await app.press("right")
        await app.go_to("regularization.dropout")
        await app.press("right", "a")
        await app.until(lambda: "configs × 3 seeds = 12 runs" in app.screen())
        await app.press("n")
        assert not len(runs)
        await app.press("a", "y")
        await app.until_idle()
        parts = {(e.config.regularization.l2, e.config.regularization.dropout) for e in runs}
        assert len(runs) == 12 and parts == {(0.0, 0.0), (1e-6, 0.0), (0.0, 0.05), (1e-6, 0.05)}
        await app.until(lambda: "all raises best-epoch validation error by 0.50 pp" in app.screen())
        await app.press("i")
        await app.until(lambda: "adding dropout" in app.screen() and "only dropout" in app.screen())


async def test_one_key_opens_the_assignments_in_turn_on_the_page_that_answers_them(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        for name, runs in (("1-l1", 25), ("2-schedulers", 20), ("3-dropout", 20), ("1-l1", 25)):
            await app.press("A")
            assert f"assignment-{name} · sweep of {runs} runs" in app.screen()
        await app.press("r")
        await app.until_idle()
        await app.until(lambda: "5 effect" in app.screen() and "is best of 5" in app.screen())
