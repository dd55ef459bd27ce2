"""The whole screen as text, held still: what a user sees after two runs of recorded events.

``REGTUI_FRAMES=write`` writes the frames anew; read the difference before it is committed.
"""

from __future__ import annotations

import os
from difflib import unified_diff
from pathlib import Path

import pytest

from tests.app.driving import Driver, opened
from tests.app.sources import Recorded

FRAMES = Path(__file__).parent / "frames"
SIZES = [(80, 24), (120, 40), (200, 60)]


async def two_runs(app: Driver) -> None:
    """The default, then the same with one change."""
    await app.press("r")
    await app.until_idle()
    await app.go_to("regularization.dropout")
    await app.press("right", "right", "r")
    await app.until_idle()
    await app.until(lambda: app.screen().count("100/100") == 2)


async def hold(name: str, app: Driver) -> None:
    """Wait for the screen to become its frame on disk; if it never does, say what differs."""
    size = app.app.size
    path = FRAMES / f"{name}-{size.width}x{size.height}.txt"
    if os.environ.get("REGTUI_FRAMES") == "write":
        await app.pilot.pause(2)  # two redraws of the charts
        path.write_text(frame(app), "utf-8")
    then = path.read_text("utf-8")
    try:
        await app.until(lambda: frame(app) == then, seconds=8)
    except AssertionError:
        lines = unified_diff(then.splitlines(), frame(app).splitlines(), "as it was", "as it is", lineterm="", n=1)
        told = f"{path.name} differs; REGTUI_FRAMES=write takes the new one:\n" + "\n".join(lines)
        raise AssertionError(told) from None


def frame(app: Driver) -> str:
    """The screen as text that a file can hold."""
    return app.screen().replace("\0", "") + "\n"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_the_screen_after_two_runs_is_as_it_was(tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=size) as app:
        await two_runs(app)
        await hold("two-runs", app)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_the_screen_before_the_first_run_is_as_it_was(tmp_path: Path, size: tuple[int, int]) -> None:
    async with opened(Recorded(), tmp_path / "runs", size=size) as app:
        await hold("first", app)
