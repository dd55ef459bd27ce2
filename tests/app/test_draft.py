"""The config under edit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.driving import opened
from tests.app.sources import Recorded
from trainer.presets import load_preset
from tui.draft import Draft


def test_an_invalid_combination_can_be_walked_through() -> None:
    draft = Draft(load_preset("baseline"))
    draft.set("data.dataset", "digits")  # 10,000 held out do not fit
    assert "leaves nothing to train on" in str(draft.problem)
    assert draft.config.data.dataset == "mnist"
    draft.set("data.validation", 360)
    assert not draft.misfits
    assert "digits" in repr(draft.config.data)


def test_restore_takes_the_presets_value_and_its_sweep() -> None:
    draft = Draft(load_preset("assignment-3-dropout"))
    draft.nudge("regularization.dropout", 1)
    assert len(draft.members()) == 5 and "regularization.dropout" in draft.changed
    draft.restore("regularization.dropout")
    assert len(draft.members()) == 20 and not draft.changed


def test_a_swept_scheduler_stands_at_its_row_and_another_replaces_it() -> None:
    draft = Draft(load_preset("assignment-2-schedulers"))
    assert len(draft.grid_of("scheduler.name")) == 4
    draft.nudge("scheduler.name", 1)
    assert not draft.grid_of("scheduler.name") and len(draft.members()) == 5


def test_names_say_what_changed() -> None:
    draft = Draft(load_preset("overfit"))
    draft.set("regularization.dropout", 0.5)
    assert draft.members()[0].name == "dropout-0.5"
    draft.set("optimizer.name", "adam")
    assert draft.members()[0].name.startswith("dropout-0.5+")


def test_typed_words() -> None:
    draft = Draft(load_preset("overfit"))
    for path, text, value in (
        ("data.train_size", "all", None),
        ("data.validation", "test", "test"),
        ("model.hidden", "128-64", (128, 64)),
        ("model.hidden", "128, 64", (128, 64)),
        ("model.hidden", "[32]", (32,)),
        ("regularization.max_norm", "off", None),
        ("regularization.l1", "3e-4", 3e-4),
    ):
        draft.enter(path, text)
        assert not draft.misfits, draft.problem
        assert next(p.value for p in draft.rows if p.path == path) == value


@pytest.mark.parametrize("keys", [("e",), ("A",), ("p", "enter"), ("S", "enter"), ("g", "enter"), ("backspace",)])
async def test_a_config_that_was_replaced_is_brought_back_with_its_cursor(
    tmp_path: Path, keys: tuple[str, ...]
) -> None:
    async with opened(Recorded(), tmp_path / "runs", preset="overfit") as app:
        await app.press("r")
        await app.until_idle()
        draft = app.app.session.draft
        draft.enter("regularization.l1", "typed wrongly")
        await app.go_to("regularization.dropout")
        await app.press("right", "right", "right")
        before = draft.kept
        await app.press(*keys)
        await app.until(lambda: draft.kept != before and app.app.screen is app.main)
        await app.press("up", "up", "u")
        await app.until(lambda: draft.kept == before)
        chosen = app.main.properties.chosen
        assert chosen is not None and chosen.path == "regularization.dropout"
        assert "dropout p        0.15" in app.screen() or "0.15" in app.screen()
        await app.press("u")
        await app.until(lambda: any("Nothing to take back" in notice.text for notice in app.app.session.notices.told))
