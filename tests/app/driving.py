"""Open the app on a screen of a given size, press keys, wait for conditions, read the screen as text."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from docs import driving
from trainer.presets import load_preset
from trainer.store import RunStore
from tui.app import RegtuiApp
from tui.appearance import Look
from tui.protocols import EventSource


class Driver(driving.Driver):
    """What a test script sees of the app."""

    async def type(self, text: str) -> None:
        """Text, letter by letter."""
        names = {" ": "space", ".": "full_stop", "-": "minus", ",": "comma", "/": "slash"}
        await self.pilot.press(*(names.get(letter, letter) for letter in text))

    async def shows(self, text: str, *, without: str = "\0") -> None:
        """Wait for a text on screen, and for another to be gone from it."""
        await self.until(lambda: text in self.screen() and without not in self.screen())

    async def until_idle(self) -> None:
        """Wait for all runs to end, and for the screen to say so."""
        await self.until(lambda: not self.app.session.busy)
        self.main.refresh_views()
        await self.pilot.pause()

    def words(self) -> str:
        """What is on screen, without blanks, line ends and the edges of boxes."""
        return " ".join(self.screen().replace("│", " ").split())

    async def go_to_top(self) -> None:
        """Put the cursor of the config list on its first setting."""
        self.main.properties.move_to(0)
        await self.pilot.pause()

    async def go_to(self, path: str) -> None:
        """Put the cursor of the config list on a setting."""
        for _ in range(60):
            chosen = self.main.properties.chosen
            if chosen is not None and chosen.path == path:
                return
            await self.press("down")
        raise AssertionError(f"no row {path}")

    async def enter(self, path: str, text: str) -> None:
        """Type the value of a setting."""
        await self.go_to(path)
        await self.press("enter")
        await self.type(text)
        await self.press("enter")


@asynccontextmanager
async def opened(
    source: EventSource,
    runs: Path,
    *,
    preset: str = "toy-spiral",
    size: tuple[int, int] = (100, 30),
    look: Look | None = None,
) -> AsyncIterator[Driver]:
    """The app, open; closed again at the end."""
    app = RegtuiApp([load_preset(preset)], RunStore(runs), source, look or Look(fps=10))
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot)
        await driver.until(lambda: app.main is not None and app.screen is app.main)
        yield driver
    app.session.trainer.close()
