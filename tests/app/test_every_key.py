"""A script for every key of the table: what it does to the app in which a user sits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.app.driving import Driver, opened
from tests.app.sources import Recorded
from tui.charts.pages import PAGES
from tui.keys import KEYS
from tui.run_entry import RunEntry
from tui.runs import Runs

DROPOUT = "regularization.dropout"
Script = Callable[[Driver, Recorded], Awaitable[None]]
SCRIPTS: dict[tuple[str, str], Script] = {}


def script(key: str, action: str) -> Callable[[Script], Script]:
    """Declare what shows that a key of the table works."""

    def declare(one: Script) -> Script:
        SCRIPTS[key, action] = one
        return one

    return declare


def runs(app: Driver) -> Runs:
    return app.app.session.runs


def chosen(app: Driver) -> RunEntry:
    entry = app.main.table.chosen
    assert entry is not None
    return entry


def dropout(app: Driver) -> float:
    return app.app.session.draft.config.regularization.dropout


async def told(app: Driver, text: str) -> None:
    await app.until(lambda: any(text in notice.text for notice in app.app.session.notices.told))


async def opens(app: Driver, key: str, text: str) -> None:
    """A box with a text in it, which escape closes."""
    await app.press(key)
    await app.until(lambda: app.app.screen is not app.main and text in app.screen())
    await app.press("escape")
    await app.until(lambda: app.app.screen is app.main)


async def answers(app: Driver, key: str, text: str) -> None:
    """A box that asks for one line."""
    await app.press(key)
    await app.until(lambda: app.app.screen is not app.main)
    await app.press("ctrl+u")
    await app.type(text)
    await app.press("enter")
    await app.until(lambda: app.app.screen is app.main)


@script("up", "step")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("down", "down", "up")
    assert app.main.properties.chosen is not None and app.main.properties.chosen.label == "L1 method"


@script("left", "nudge")
async def _(app: Driver, source: Recorded) -> None:
    await app.go_to(DROPOUT)
    await app.press("right", "right", "left")
    assert dropout(app) == 0.05 and "‹0.05›" in app.screen()


@script("enter", "enter")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("enter", "7", "enter")
    await app.shows("cannot run")
    await app.press("enter")
    await app.type("0.3")
    await app.press("enter")
    await app.until(lambda: dropout(app) == 0.3)


@script("backspace", "restore")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("backspace")
    assert dropout(app) == 0


@script("p", "presets")
async def _(app: Driver, source: Recorded) -> None:
    await opens(app, "p", "assignment-1-l1")


@script("w", "write")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("w")
    await app.until(lambda: app.app.screen is not app.main)
    await app.press("ctrl+u", *"mine", "enter")
    await app.until(lambda: app.app.screen is app.main)
    await app.shows("regtui mine")


@script("r", "run")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("r")
    await app.until(lambda: runs(app).training)
    source.permits.release(2)
    await app.until(lambda: len(runs(app)[0].history.epochs) == 2)
    assert not app.app.session.notices.told  # such as that a run was cut off: it is ours


@script("space", "pause")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("space")
    await app.shows("paused")
    await app.press("space")
    await app.until(lambda: not app.app.session.paused)


@script("full_stop", "one_epoch")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("space", "full_stop")
    source.permits.release(1)
    await app.until(lambda: app.app.session.paused and len(runs(app)[0].history.epochs) == 3)


@script("greater_than_sign", "one_batch")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("greater_than_sign")
    await app.shows("gradient 1.25")
    await app.until(lambda: app.app.session.paused)


@script("enter", "apply_dials")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("space")
    await app.go_to(DROPOUT)
    await app.press("right", "tab", "enter")
    await app.until(lambda: runs(app)[0].history.dials)


@script("L", "live")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("L")
    await app.shows("live")
    await app.press("tab", "right")
    await app.until(lambda: runs(app)[0].history.dials[-1].value == 0.1)
    await app.shows("Probability that a hidden unit", without="waits")
    await app.press("L")
    assert not app.app.session.steering.live


@script("s", "stop")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("s")
    await app.until_idle()
    assert runs(app)[0].history.status == "stopped"
    source.permits.release(1_000_000)


@script("D", "detach")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("D")
    await told(app, "Nothing trains")


@script("n", "next_seed")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("n")
    await app.until_idle()
    assert runs(app)[0].config.seed == 1


@script("R", "rerun")
async def _(app: Driver, source: Recorded) -> None:
    before, config = len(runs(app)), chosen(app).config
    await app.press("R")
    await app.until_idle()
    assert len(runs(app)) == before + 1 and runs(app)[0].config == config


@script("C", "go_on")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("C")  # what is over is refused; ``test_branches`` continues what is not
    await told(app, "is over")


@script("f", "fork")
async def _(app: Driver, source: Recorded) -> None:
    before = len(runs(app))
    app.app.session.draft.set("epochs", 120)
    await app.press("f")
    await app.until(lambda: len(runs(app)) == before + 1)
    await app.until_idle()


@script("g", "sweep")
async def _(app: Driver, source: Recorded) -> None:
    await app.go_to(DROPOUT)
    await answers(app, "g", "0, 0.5")
    await app.shows("sweep of 2 runs")


@script("S", "seeds")
async def _(app: Driver, source: Recorded) -> None:
    await answers(app, "S", "2")
    assert app.app.session.draft.grid["seed"] == (0, 1)


@script("a", "ablate")
async def _(app: Driver, source: Recorded) -> None:
    await app.go_to(DROPOUT)
    await app.press("right")
    await opens(app, "a", "Ablation")


@script("A", "assignment")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("A")
    await app.shows("regtui assignment-1-l1")


@script("i", "findings")
async def _(app: Driver, source: Recorded) -> None:
    await opens(app, "i", "escape closes")


@script("tab", "focus_other")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("tab")
    assert app.main.table.has_focus


@script("v", "toggle_curve")
async def _(app: Driver, source: Recorded) -> None:
    entry = chosen(app)
    await app.press("v")
    assert not entry.shown
    await app.press("v")
    assert entry.shown


@script("V", "toggle_group")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("V")
    await app.until(lambda: not chosen(app).shown)
    await app.press("V")
    await app.until(lambda: chosen(app).shown)


@script("slash", "filter")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("slash")
    await app.type("seed")
    await app.press("equals_sign", "9", "enter")
    await app.until(lambda: not len(app.main.table.listing))
    await answers(app, "slash", "")
    await app.until(lambda: len(app.main.table.listing) == 2)


@script("o", "sort")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("o")
    await app.shows("↓val %")


@script("O", "reverse")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("O")
    await app.shows("↑val %")


@script("P", "pin")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("P")
    await app.shows("▴")


@script("N", "rename")
async def _(app: Driver, source: Recorded) -> None:
    await answers(app, "N", "mine")
    await app.shows("mine")


@script("number_sign", "tag")
async def _(app: Driver, source: Recorded) -> None:
    await answers(app, "number_sign", "good")
    await app.shows("#good")


@script("h", "hide")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("h")
    await app.shows("1 of 2")


@script("H", "show_hidden")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("H")
    await app.until(lambda: len(app.main.table.listing) == 2)


@script("b", "baseline")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("b")
    assert runs(app).baseline is chosen(app)


@script("c", "compare")
async def _(app: Driver, source: Recorded) -> None:
    await opens(app, "c", "figures of each run's best epoch")


@script("e", "edit")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("end", "e")
    assert app.app.session.draft.config == chosen(app).config


@script("x", "delete")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("x")
    await app.until(lambda: len(runs(app)) == 1)


@script("E", "stopping")
async def _(app: Driver, source: Recorded) -> None:
    await opens(app, "E", "patience")


@script("u", "undo")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("u")
    await app.until(lambda: len(runs(app)) == 2)


def _page(number: int) -> Script:
    async def turn(app: Driver, source: Recorded) -> None:
        await app.press(str(number))
        await app.until(lambda: app.main.charts.scene.view.page == number)
        await app.shows(f"{number} {PAGES[number - 1].name}")

    return turn


SCRIPTS.update({(str(page.number), f"page({page.number})"): _page(page.number) for page in PAGES})


@script("y", "log_axis")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("1", "y")
    await app.shows("loss (log)")


@script("m", "smoothing")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("m")
    await app.shows("smooth 0.6")


@script("t", "axis")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("t")
    await app.shows("by step")


@script("comma", "cursor(-1)")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("comma")
    assert app.main.charts.scene.cursor == 100


@script("slash", "cursor(1)")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("comma", "slash")
    assert app.main.charts.scene.cursor == 100


@script("plus", "closer(1)")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("plus")
    assert app.main.charts.scene.view.window is not None


@script("minus", "closer(-1)")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("plus", "minus", "minus")
    assert app.main.charts.scene.view.window is None
    await app.press("plus")


@script("left_curly_bracket", "pan(-1)")
async def _(app: Driver, source: Recorded) -> None:
    await _pans(app, "left_curly_bracket", -1)


@script("right_curly_bracket", "pan(1)")
async def _(app: Driver, source: Recorded) -> None:
    await _pans(app, "right_curly_bracket", 1)


async def _pans(app: Driver, key: str, by: int) -> None:
    before = app.main.charts.scene.view.window
    await app.press(key)
    after = app.main.charts.scene.view.window
    assert before is not None and after is not None and (after[0] - before[0]) * by > 0


@script("0", "whole")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("0")
    assert app.main.charts.scene.view.window is None and app.main.charts.scene.cursor is None


@script("T", "table")
async def _(app: Driver, source: Recorded) -> None:
    await opens(app, "T", "saves it as CSV")


@script("z", "zoom")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("z")
    await app.until(lambda: "regularization" not in app.screen())
    await app.press("z", "z")
    await app.shows("regularization")


@script("left_square_bracket", "fold('config')")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("left_square_bracket")
    await app.until(lambda: "regularization" not in app.screen())
    await app.press("left_square_bracket")
    await app.shows("regularization")


@script("right_square_bracket", "fold('runs')")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("right_square_bracket")
    await app.until(lambda: "val %" not in app.screen())
    await app.press("right_square_bracket")
    await app.shows("val %")


@script("l", "log")
async def _(app: Driver, source: Recorded) -> None:
    await opens(app, "l", "log")


@script("question_mark", "help")
async def _(app: Driver, source: Recorded) -> None:
    await opens(app, "question_mark", "Here, in the config")


@script("q", "quit")
async def _(app: Driver, source: Recorded) -> None:
    await app.press("q")
    await app.until(lambda: not app.app.is_running)


def test_every_key_of_the_table_has_a_script_and_no_other() -> None:
    assert set(SCRIPTS) == {(key.key, key.action) for key in KEYS}


@pytest.mark.parametrize("group", list(dict.fromkeys(key.group for key in KEYS)))
async def test_every_key_does_what_the_table_says(tmp_path: Path, group: str) -> None:
    source = Recorded(permits=0 if group == "train" else 1_000_000)
    async with opened(source, tmp_path / "runs", size=(120, 40)) as app:
        if group in ("runs", "charts", "sweeps"):
            await app.press("r", "n")
            await app.until_idle()
            await app.until(lambda: app.main.table.count() == 2)
        for key in KEYS:
            if key.group == group:
                await SCRIPTS[key.key, key.action](app, source)
                assert not app.app.is_running or app.app.screen is app.main, key
