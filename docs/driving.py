"""The real app without a terminal, driven by keys: what the picture and the film of the README are made of."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Generator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Semaphore

from textual.pilot import Pilot

from trainer.crew import Crew
from trainer.events import Epoch, Event
from trainer.execution import Execution, Member
from trainer.presets import load_preset
from trainer.store import RunStore
from tui.app import RegtuiApp
from tui.appearance import Look
from tui.screens.main import MainScreen

LONGEST = 600
"""Seconds that one run may take on a busy machine."""


class Paced(Crew):
    """Trains for real; each epoch is told when it is asked for."""

    def __init__(self) -> None:
        super().__init__(Execution(device="cpu"))
        self.wanted = Semaphore(0)

    def train(self, members: Sequence[Member]) -> Generator[Event, None, None]:
        """As ever, but for the wait before each epoch."""
        for event in super().train(members):
            if isinstance(event, Epoch):
                self.wanted.acquire()
            yield event


class Driver:
    """The app, its keys, and a way to wait: of these pictures and of the tests."""

    def __init__(self, app: RegtuiApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def main(self) -> MainScreen:
        """The main screen."""
        assert self.app.main is not None
        return self.app.main

    async def press(self, *keys: str) -> None:
        """Keys, as Textual names them."""
        await self.pilot.press(*keys)

    async def until(self, condition: Callable[[], object], seconds: float = 20) -> None:
        """Wait for a condition, which must come true."""
        for _ in range(int(seconds / 0.02)):
            if condition():
                return
            await self.pilot.pause(0.02)
        told = "\n".join(notice.text for notice in self.app.session.notices.told)
        raise AssertionError(f"never came true; the screen says:\n{self.screen()}\nand was said:\n{told}")

    def screen(self) -> str:
        """What is on screen, as text."""
        height = self.app.size.height
        lines = self.app.screen._compositor.render_strips()
        return "\n".join("".join(s.text for s in line).rstrip() for line in lines[:height])


class Stage(Driver):
    """With PyTorch behind it."""

    def __init__(self, app: RegtuiApp, pilot: Pilot[None], source: Paced) -> None:
        super().__init__(app, pilot)
        self.source = source

    async def until(self, condition: Callable[[], object], seconds: float = LONGEST) -> None:
        """As ever, for as long as one run may take."""
        await super().until(condition, seconds)

    async def train(self, keys: Sequence[str], each: Callable[[], object] = lambda: None) -> None:
        """Press the keys that start a run, or several side by side; see every epoch, and the end."""
        runs = self.app.session.runs
        count = len(runs)
        await self.press(*keys)
        await self.until(lambda: len(runs) > count and runs.training)
        begun = [runs[i] for i in range(len(runs) - count)]
        for number in range(1, runs[0].config.epochs + 1):
            self.source.wanted.release(len(begun))
            await self.until(lambda n=number: all(len(e.history.epochs) >= n for e in begun))  # type: ignore[misc]
            await self.settled()
            each()
        await self.until(lambda: not self.app.session.busy)
        await self.settled()

    @property
    def newest_epoch(self) -> int:
        """How far the newest run is."""
        return len(self.app.session.runs[0].history.epochs)

    async def go_to(self, path: str, each: Callable[[], object] = lambda: None) -> None:
        """Put the cursor of the config on a setting, as the down key does."""
        while self.main.properties.chosen is None or self.main.properties.chosen.path != path:
            await self.press("down")
            each()

    async def settled(self) -> None:
        """Everything drawn that there is to draw, and nothing said over it."""
        self.app.clear_notifications()
        self.main.refresh_views()
        await self.pilot.pause(0.3)  # a redraw of the charts, and the verdict's thread


@asynccontextmanager
async def opened(preset: str, runs: Path, size: tuple[int, int]) -> AsyncIterator[Stage]:
    """The app on a preset, with PyTorch ready."""
    os.environ["COLORTERM"] = "truecolor"  # whatever the terminal has that this runs in
    source = Paced()
    app = RegtuiApp([load_preset(preset)], RunStore(runs), source, Look(fps=10))
    async with app.run_test(size=size) as pilot:
        stage = Stage(app, pilot, source)
        await stage.until(lambda: app.main is not None and app.screen is app.main)
        stage.main.remove_class("-hinting")
        await stage.until(lambda: source.ready and source.environment)
        yield stage
    app.session.trainer.close()
