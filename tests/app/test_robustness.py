"""Sizes, random keys, names from strangers, and the rule that the app never imports torch."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from textual.events import Resize
from textual.geometry import Region
from textual.strip import Strip

from tests.app.driving import opened
from tests.app.sources import Recorded
from trainer.presets import load_preset
from trainer.store import RunStore
from tui.appearance import Look
from tui.charts import ChartPanel
from tui.keys import KEYS
from tui.output.terminal import Terminal
from tui.screens.main import MainScreen

SIZES = [(200, 60), (120, 40), (80, 24), (60, 18), (40, 10), (10, 3), (1, 1)]


@pytest.mark.parametrize("size", SIZES)
async def test_every_size_shows_what_it_can(tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=size) as app:
        await app.press("r")
        await app.until_idle()
        screen = app.screen()
        assert max(map(len, screen.splitlines()), default=0) <= size[0]
        if size >= (60, 18):
            assert "accuracy %" in screen and "toy-spiral" in screen
        if size == (40, 10):
            assert "regtui needs 60x18; this is 40x10" in screen


async def test_any_resize_while_training_is_survived(tmp_path: Path) -> None:
    dice = random.Random(0)
    source = Recorded(permits=0)
    async with opened(source, tmp_path / "runs") as app:
        await app.press("r")
        for _ in range(25):
            source.permits.release(2)
            await app.pilot.resize_terminal(dice.randint(1, 200), dice.randint(1, 60))
            await app.pilot.pause()
        await app.pilot.resize_terminal(100, 30)
        await app.until(lambda: "accuracy %" in app.screen() and "⠶⠶ validation" in app.screen())


async def test_a_resize_there_and_back_while_the_terminal_is_behind_leaves_the_charts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = False
    monkeypatch.setattr(Terminal, "is_behind", property(lambda _: behind))
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await app.press("r")
        await app.until_idle()
        await app.until(lambda: app.main.charts.is_drawn and "accuracy %" in app.screen())
        behind = True
        for width in (110, 120):
            await app.pilot.resize_terminal(width, 40)
            await app.until(lambda: not app.main.charts.is_drawn)
        behind = False
        await app.until(lambda: app.main.charts.is_drawn and "accuracy %" in app.screen())


async def test_the_old_picture_is_not_shown_in_its_new_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, bool]] = []
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await app.press("r")
        await app.until_idle()
        await app.until(lambda: app.main.charts.is_drawn)
        for name in ("hold", "release"):
            monkeypatch.setattr(Terminal, name, lambda _, n=name: told.append((n, app.main.charts.is_drawn)))
        for key in ("left_square_bracket", "left_square_bracket", "z"):
            told.clear()
            await app.press(key)
            await app.until(lambda: told and told[-1] == ("release", True))
            assert told == [("hold", False), ("release", True)], key


async def test_a_resize_to_the_same_size_draws_everything_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[Region] = []
    paint = ChartPanel.render_lines

    def counted(panel: ChartPanel, crop: Region) -> list[Strip]:
        painted.append(crop)
        return paint(panel, crop)

    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await app.press("r")
        await app.until_idle()
        await app.until(lambda: app.main.charts.is_drawn)
        await app.press("question_mark", "escape")  # all is painted by then
        await app.until(lambda: app.app.screen is app.main)
        await app.pilot.pause()
        monkeypatch.setattr(ChartPanel, "render_lines", counted)
        await app.pilot.pause()
        painted.clear()
        app.app.post_message(Resize(app.app.size, app.app.size))
        await app.until(lambda: app.main.charts.size.region in painted)


async def test_what_is_held_is_written_when_the_new_picture_is_painted_and_no_sooner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await app.until(lambda: app.main.charts.is_drawn)
        unpainted = app.app.batch_update()

        def hold(_: Terminal) -> None:
            told.append("held")
            unpainted.__enter__()

        monkeypatch.setattr(Terminal, "hold", hold)
        monkeypatch.setattr(Terminal, "release", lambda _: told.append("released"))
        await app.press("left_square_bracket")
        await app.until(lambda: "held" in told and app.main.charts.is_drawn)
        await app.pilot.pause()
        assert told == ["held"]
        unpainted.__exit__(None, None, None)
        await app.until(lambda: told == ["held", "released"])


async def test_all_is_drawn_once_more_when_the_last_of_several_resizes_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten: list[int] = []
    monkeypatch.setattr("tui.app.SETTLES", 1.0)  # longer than a busy machine takes from one resize to the next
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await app.until(lambda: app.main.charts.is_drawn)
        monkeypatch.setattr(Terminal, "forget", lambda _, width: forgotten.append(width))
        for width in (110, 90, 100):
            await app.pilot.resize_terminal(width, 40)
        await app.until(lambda: len(forgotten) > 3)
        assert forgotten[:3] == [110, 90, 100] and forgotten[-1] == 100


async def test_leaving_right_after_a_resize_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.app.SETTLES", 0.001)
    for _ in range(3):
        async with opened(Recorded(), tmp_path / "runs") as app:
            await app.pilot.resize_terminal(90, 30)
            app.app.exit()


async def test_themes_of_the_terminals_own_colours_draw_charts_too(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(120, 40)) as app:
        await app.press("r")
        await app.until_idle()
        for theme in ("ansi-light", "ansi-dark", "regtui-light"):
            app.app.theme = theme
            await app.press("comma", "1")
            await app.until(lambda: app.main.charts.is_drawn)
            assert app.app.is_running, theme


def test_every_key_has_its_action() -> None:
    actions = [k.action.partition("(")[0] for k in KEYS if not k.local]
    assert all(hasattr(MainScreen, f"action_{action}") for action in actions)
    assert len({(k.key, k.local and k.place) for k in KEYS}) == len(KEYS)


@pytest.mark.parametrize("before", [(), ("left_square_bracket",), ("z",)])
async def test_palette_finds_a_setting_wherever_the_config_is(before: tuple[str, ...], tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(60, 18) if not before else (100, 30)) as app:
        await app.press(*before, "ctrl+p")
        await app.until(lambda: app.app.screen is not app.main)
        await app.type("set scheduler")
        await app.shows("set scheduler")
        await app.press("enter")
        await app.until(lambda: app.main.properties.has_focus)
        chosen = app.main.properties.chosen
        assert chosen is not None and chosen.path == "scheduler.name"
        await app.shows("constant")


async def test_palette_and_help_know_every_key(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=(120, 120)) as app:
        titles = [c.title for c in app.app.get_system_commands(app.main)]
        assert all(any(k.label in title for title in titles) for k in KEYS if not k.local)
        await app.press("question_mark")
        assert [k.key for k in KEYS if k.help not in app.words()] == []


async def test_names_with_wide_and_escape_characters_are_shown_harmlessly(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    for name in ("드롭아웃 실험 가나다라마바사아자차카타파하", "\x1b[31mred\x07\u202e"):
        config = load_preset("toy-spiral").config.model_copy(update={"name": name})
        store.new_run(config)
    for size in ((80, 24), (61, 18)):
        async with opened(Recorded(), tmp_path / "runs", size=size) as app:
            await app.until(lambda: app.main.table.count() == 2 and app.main.focused is not None)
            if not app.main.table.has_focus:  # it has on a small screen
                await app.press("tab")
            await app.press("v", "down", "v")
            await app.pilot.pause(0.1)
            screen = app.screen()
            assert "\x1b" not in screen and "\x07" not in screen and "드롭아웃" in screen.replace("\0", "")


async def test_ascii_draws_nothing_else(tmp_path: Path) -> None:
    async with opened(Recorded(), tmp_path / "runs", look=Look("ascii")) as app:
        await app.press("r")
        await app.until_idle()
        drawn = "\n".join(app.screen().splitlines()[2:14])
        assert "...." in drawn and "oo" in drawn
        assert not [c for c in app.screen() if 0x2500 <= ord(c) <= 0x28FF]


def test_the_app_never_imports_torch_numpy_or_plotext_before_it_needs_them() -> None:
    code = (
        "import sys; import tui.app, tui.commands.app, tui.screens.main, tui.training; "
        "print({'torch', 'numpy', 'plotext'} & set(sys.modules))"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "set()"
