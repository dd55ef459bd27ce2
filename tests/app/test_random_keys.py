"""Thousands of keys in no order, and terminals of every size: the app neither falls over nor gets stuck.

``REGTUI_KEYS_SEED`` and ``REGTUI_KEYS_STEPS`` look further than a test run has time for.
"""

from __future__ import annotations

import os
import random
import string
from pathlib import Path

import pytest
from textual.events import Key
from textual.keys import key_to_character

from tests.app.driving import Driver, opened
from tests.app.sources import Engine, Recorded
from tui.keys import KEYS
from tui.protocols import EventSource

SEED = int(os.environ.get("REGTUI_KEYS_SEED", "0"))
STEPS = int(os.environ.get("REGTUI_KEYS_STEPS", "0"))
LEAVES = {"q", "D"}
"""Ends the app; starts a process that trains on."""
MOVES = ("up", "down", "left", "right", "tab", "enter", "escape", "backspace", "home", "end", "pageup", "pagedown")
TABLE = tuple({key.key for key in KEYS} - LEAVES)
TYPED = (*string.ascii_letters.replace("q", "").replace("D", ""), *string.digits, "space", "comma", "full_stop")
ANYTHING = (*TABLE * 2, *MOVES * 3, *TYPED, "ctrl+p", "ctrl+u", "ctrl+o", "shift+tab")
HEAVY = {"p", "A", "g", "S", "a", "e", "w", "left", "right", "enter", "backspace"}
"""Could make the config one that really takes its time."""
MOST_RUNS = 64
FAST = 4
"""Keys that come at once, as typed by someone in a hurry."""


async def walk(app: Driver, dice: random.Random, keys: tuple[str, ...], steps: int) -> None:
    """Press what the dice say, resize now and then; every so often see that the way back is open."""
    pressed: list[str] = []
    try:
        for step in range(1, steps + 1):
            if dice.random() < 0.02:
                size = dice.choice(((80, 24), (60, 18), (120, 40), (dice.randint(1, 200), dice.randint(1, 60))))
                pressed.append(f"<{size[0]}x{size[1]}>")
                await app.pilot.resize_terminal(*size)
            pressed.append(dice.choice(keys))
            app.app.post_message(Key(pressed[-1], key_to_character(pressed[-1])))
            if step % FAST == 0:
                await app.pilot.pause()
            if len(app.app.session.draft.grid) and members(app) > MOST_RUNS:
                app.app.session.load_preset(str(app.app.session.given[0].path))
                app.main.properties.refresh_draft()
            if step % 100 == 0:
                await back(app)
    except BaseException as error:
        raise AssertionError(f"after {' '.join(pressed[-60:])}") from error


def members(app: Driver) -> int:
    """Runs that ``r`` would train."""
    count = 1
    for values in app.app.session.draft.grid.values():
        count *= len(values)
    return count


async def back(app: Driver) -> None:
    """Escape leads to the main screen."""
    for _ in range(6):
        if app.app.screen is not app.main:
            await app.press("escape")
    await app.until(lambda: app.app.screen is app.main)
    assert app.app.is_running


def tiny(folder: Path) -> Path:
    """A preset whose runs are over at once."""
    path = folder / "tiny.json"
    path.write_text('{"extends": "toy-spiral", "data": {"train_size": 64, "validation": 64}, "epochs": 3}')
    return path


@pytest.mark.parametrize(
    ("source", "keys", "steps"),
    [(Recorded(), ANYTHING, 1600), (Engine(), tuple(k for k in ANYTHING if k not in HEAVY), 400)],
    ids=["recorded", "engine"],
)
async def test_random_keys_never_crash_or_wedge_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: EventSource, keys: tuple[str, ...], steps: int
) -> None:
    monkeypatch.chdir(tmp_path)  # figures are saved there
    dice = random.Random(SEED)
    async with opened(source, tmp_path / "runs", preset=str(tiny(tmp_path))) as app:
        await walk(app, dice, keys, STEPS or steps)
        await back(app)
        await app.pilot.resize_terminal(100, 30)
        app.app.session.trainer.resume()
        await app.press("s", *["tab"] * 2)
        await app.until(lambda: not app.app.session.busy, seconds=60)
        runs, told = app.app.session.runs, app.app.session.notices.told
        before, said = len(runs), len(told)
        await app.press("r")
        await app.until(lambda: len(runs) > before or len(told) > said)  # trains, or says why the config cannot
        await app.press("p")
        await app.until(lambda: app.app.screen is not app.main)
        await app.press("escape")
        await app.until(lambda: app.app.screen is app.main)
