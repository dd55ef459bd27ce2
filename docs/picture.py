"""The picture of the README: ``python -m docs.picture`` trains two real runs in the real app and saves its screen.

Headless, about a minute: `overfit`, then the same with dropout 0.5, the first as the baseline of the second.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from textual.pilot import Pilot

from trainer.execution import Execution
from trainer.presets import load_preset
from trainer.store import RunStore
from trainer.worker_process import WorkerProcess
from tui.app import RegtuiApp
from tui.screens.main import MainScreen

TARGET = Path(__file__).with_name("regtui.svg")
SIZE = (126, 38)
LONGEST = 600
"""Seconds that one run may take on a busy machine."""


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Wait for a condition.

    Raises:
        TimeoutError: it never came true.
    """
    async with asyncio.timeout(LONGEST):
        while not condition():
            await pilot.pause(0.1)


async def go_to(pilot: Pilot[None], screen: MainScreen, path: str) -> None:
    """Put the cursor of the config on a setting, as the down key does."""
    while screen.properties.chosen is None or screen.properties.chosen.path != path:
        await pilot.press("down")


async def take(runs: Path) -> str:
    """The screen after two runs, as SVG."""
    source = WorkerProcess(Execution(device="cpu"))
    app = RegtuiApp([load_preset("overfit")], RunStore(runs), source)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.main is not None and app.screen is app.main)
        screen = app.main
        assert screen is not None
        await pilot.press("r")
        await until(pilot, lambda: app.session.runs and not app.session.busy)
        await go_to(pilot, screen, "regularization.dropout")
        await pilot.press(*["right"] * 10, "r")
        await until(pilot, lambda: len(app.session.runs) == 2 and not app.session.busy)
        await pilot.press("tab", "down", "b", "up", "tab")
        app.clear_notifications()
        screen.refresh_views()
        await pilot.pause(1.5)
        picture = app.export_screenshot(title="regtui")
    app.session.trainer.close()
    return picture


def main() -> int:
    """Save the picture."""
    with TemporaryDirectory() as folder:
        TARGET.write_text(asyncio.run(take(Path(folder))), "utf-8")
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
