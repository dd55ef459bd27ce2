"""Keys of charts and screen; those of training, config, runs and sweeps have their scripts elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from textual.events import Key

from tests.app.driving import Driver, opened
from tests.app.sources import Recorded
from tui.charts.scene import SMOOTHINGS
from tui.keys import KEYS
from tui.screens.main import MainScreen
from tui.state import hint_is_due, log_file, state_folder


def where(app: Driver) -> int | None:
    """The epoch under the cursor."""
    return app.main.charts.scene.cursor


def part(app: Driver) -> tuple[float, float] | None:
    """The part of the x axis that is looked at."""
    return app.main.charts.scene.view.window


async def trained(app: Driver) -> None:
    """One run with its curves on screen."""
    await app.press("r")
    await app.until_idle()
    await app.until(lambda: "●" in app.screen())


async def test_digits_choose_the_page(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await trained(app)
        for key, title in (("2", "loss gap"), ("3", "penalty"), ("4", "weight norm"), ("1", "accuracy %")):
            await app.press(key)
            await app.shows(title)
            assert app.main.charts.scene.view.page == int(key)


async def test_log_smoothing_and_axis_are_told_above_the_charts_and_go_round(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(140, 40)) as app:
        await trained(app)
        await app.press("y", "m", "t")
        await app.until(lambda: "log · smooth 0.6 · by step" in app.screen() and "loss (log)" in app.screen())
        await app.press("t", "y", *["m"] * (len(SMOOTHINGS) - 1))
        await app.until(lambda: "by seconds" in app.screen() and "loss (log)" not in app.screen())
        await app.press("t")
        await app.until(lambda: "by seconds" not in app.screen())


async def test_the_cursor_reads_every_shown_run(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(140, 40)) as app:
        await app.press("comma")
        assert where(app) is None  # there is no curve yet
        await trained(app)
        await app.go_to("regularization.dropout")
        await app.press("right", "r")
        await app.until_idle()
        await app.press("comma")
        await app.until(lambda: "epoch 100" in app.screen())
        assert re.search(r"toy-spiral +99.01 +89.01 +0.0099 +0.1099", app.screen())
        assert re.search(r"dropout-0.05 +99.01 +88.51 +0.0099 +0.1099", app.screen())
        await app.press("comma")
        assert where(app) == 98  # a column on
        await app.press("slash", "slash", "slash")
        assert where(app) == 100
        await app.press("0", "slash")
        assert where(app) == 1
        await app.press("comma")
        assert where(app) is None


async def test_closer_pan_wider_whole(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await trained(app)
        await app.press("plus")
        assert part(app) == (25.75, 75.25)
        await app.press("right_curly_bracket", "left_curly_bracket", "left_curly_bracket")
        assert part(app) == pytest.approx((13.375, 62.875))
        await app.press("comma")  # the cursor is brought into sight
        assert part(app) == pytest.approx((50.5, 100))
        await app.press("minus")
        assert part(app) is None
        await app.press("plus", "0")
        assert part(app) is None and where(app) is None


async def test_zoom_gives_each_chart_the_screen_in_turn(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs") as app:
        await trained(app)
        for there, gone in (("accuracy %", " loss "), (" loss ", "accuracy %")):
            await app.press("z")
            await app.shows(there, without=gone)
            assert "regularization" not in app.screen() and "status" not in app.screen()
        await app.press("z")
        await app.until(lambda: "regularization" in app.screen() and "accuracy %" in app.screen())


@pytest.mark.parametrize("there", ["properties", "table"])
async def test_zoom_tells_the_way_back_and_leaves_the_keys_where_they_were(there: str, tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs") as app:
        await trained(app)
        await app.press(*["tab"] * (there == "table"), "z")
        await app.shows("z zoom", without="change")
        await app.press("z", "z")
        await app.until(lambda: app.main.focused is getattr(app.main, there))


async def test_brackets_fold_the_panels_and_unfold_the_config_on_a_small_screen(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs") as app:
        await app.press("left_square_bracket", "right_square_bracket")
        await app.until(lambda: "regularization" not in app.screen() and "status" not in app.screen())
        await app.press("left_square_bracket", "right_square_bracket")
        await app.until(lambda: "regularization" in app.screen() and "status" in app.screen())
        await app.pilot.resize_terminal(60, 18)
        await app.until(lambda: "regularization" not in app.screen() and "accuracy" in app.screen())
        await app.press("left_square_bracket")
        await app.until(lambda: "regularization" in app.screen() and "accuracy" not in app.screen())


async def test_the_last_line_tells_the_keys_of_the_place_and_tab_changes_it_at_once(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(140, 30)) as app:
        await trained(app)
        assert "change" in app.screen().splitlines()[-1]
        await app.press("tab")
        await app.until(lambda: "baseline" in app.screen().splitlines()[-1])
        assert "← →" not in app.screen().splitlines()[-1] and app.main.table.has_focus
        await app.press("tab")
        assert app.main.properties.has_focus


async def test_help_begins_with_the_keys_of_the_place(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await app.press("question_mark")
        await app.until(lambda: "Here, in the config" in app.screen())
        await app.press("escape", "tab", "question_mark")
        await app.until(lambda: "Here, in the table of runs" in app.screen())


async def test_the_log_shows_what_was_said_and_what_libraries_printed(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await app.press("c")
        await app.until(lambda: app.app.session.notices.told)
        with log_file().open("a") as file:
            file.write("a library's warning\x1b[2J\n")
        await app.press("l")
        await app.until(lambda: "a library's warning\\x1b[2J" in app.screen() and "Show two or more" in app.screen())


async def test_the_hint_goes_away_for_good_with_the_first_run(tmp_path: Path) -> None:
    (state_folder() / "hint-seen").unlink()
    async with opened(Recorded(), tmp_path / "runs") as app:
        assert "choose a setting" in app.screen()
        await app.press("down")
        assert "choose a setting" in app.screen() and hint_is_due()
        await app.press("r")
        await app.until(lambda: "choose a setting" not in app.screen())
        await app.until_idle()
    assert not hint_is_due()
    async with opened(Recorded(), tmp_path / "runs") as app:
        assert "choose a setting" not in app.screen()


async def test_runs_that_are_in_memory_only_are_not_lost_unasked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with opened(Recorded(), tmp_path / "file" / "runs") as app:
        await app.press("r")
        await app.until_idle()
        await app.press("ctrl+c")
        await app.until(lambda: "and lose it?" in app.screen())
        await app.press("n")


async def test_the_heading_tells_changes_and_device(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(140, 30)) as app:
        await app.go_to("regularization.dropout")
        await app.press("right", "right")
        first = app.screen().splitlines()[0]
        assert "toy-spiral · 1 changed: dropout p 0.1" in first and first.endswith("cpu, 1 thread")


async def test_two_keys_that_close_a_box_at_once_close_one_box(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await trained(app)
        for key, closing in (("N", "enter"), ("question_mark", "escape"), ("p", "escape"), ("ctrl+p", "escape")):
            await app.press(key)
            await app.until(lambda: app.app.screen is not app.main)
            for _ in range(3):
                app.app.post_message(Key(closing, None))
            await app.until(lambda: app.app.screen is app.main)
        await app.press("ctrl+p", "pageup", "pagedown", "escape")
        await app.until(lambda: app.app.screen is app.main and app.app.is_running)


async def test_a_name_with_markup_in_it_is_shown_as_it_is(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await trained(app)
        app.app.session.records.annotate(app.app.session.runs[0], name="[red]x[/]]")
        await app.press("i")
        await app.shows("[red]x[/]]")


def test_no_two_keys_are_called_alike() -> None:
    labels = [key.label for key in KEYS if not key.local]
    assert sorted(labels) == sorted(set(labels))


async def test_q_is_no_answer_to_a_question_that_is_not_about_quitting(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", preset="l1") as app:
        await app.press("a", "q")
        await app.until(lambda: app.app.screen is app.main)
        assert not app.app.session.runs


async def test_on_a_small_screen_the_keys_go_to_what_is_on_it(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(60, 18)) as app:
        main, draft = app.main, app.app.session.draft
        await app.until(lambda: main.table.has_focus and not main.query_one("#config").display)
        await app.press("right")
        assert not draft.changed
        await app.press("tab")
        await app.until(lambda: main.properties.has_focus and "regularization" in app.screen())
        await app.press("right")
        assert draft.changed
        await app.press("tab")
        await app.until(lambda: main.table.has_focus and "accuracy" in app.screen())
        await app.pilot.resize_terminal(100, 30)
        await app.until(lambda: main.query_one("#config").display)
        await app.press("left_square_bracket")
        await app.until(lambda: main.table.has_focus and not main.query_one("#config").display)
        await app.press("left_square_bracket")
        await app.until(lambda: main.properties.has_focus)


async def test_the_status_line_tells_of_the_selected_run(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(80, 24)) as app:
        await app.press("r", "n")
        await app.until_idle()
        newest = app.app.session.runs[0].label
        await app.until(lambda: f"{newest} completed: best epoch" in app.screen())
        await app.press("tab", "down", "N")
        await app.type("mine")
        await app.press("enter")
        await app.until(lambda: "mine completed: best epoch" in app.screen())


@pytest.mark.parametrize(("key", "there"), [("2", "gap, points"), ("z", "z zoom")])
async def test_a_chart_that_is_asked_for_takes_the_place_of_the_config_on_a_small_screen(
    key: str, there: str, tmp_path: Path
) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(60, 18)) as app:
        await trained(app)
        await app.press("tab")
        await app.shows("regularization")
        await app.press(key)
        await app.shows(there, without="regularization")
        await app.shows("●")


async def test_a_key_that_changes_a_curve_does_not_wait_for_the_timer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MainScreen, "tick", MainScreen.hear)
    async with opened(Recorded(), tmp_path / "runs") as app:
        await app.press("full_stop")
        await app.until(lambda: app.app.session.paused)
        app.main.charts.redraw()
        await app.until(lambda: app.main.charts.is_drawn)
        history = app.app.session.runs[0].history
        done = history.epochs_done
        await app.press("full_stop")
        await app.until(lambda: history.epochs_done > done and app.main.charts.is_drawn)
