"""The film of the README: ``python -m docs.record`` has the real app train, compare and look, and draws what it shows.

Headless, some minutes. Each frame is taken when the app has reached a state, and shown for a time that is written here:
however fast the machine, the film is the same but for the figures' last digits.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.drawing import Frame, frame, svg
from docs.driving import Stage, opened

TARGET = Path(__file__).with_name("film.svg")
SIZE = (100, 30)
KEY, EPOCH, LOOK, READ = 0.12, 0.16, 1.6, 3.2
"""Seconds that a key, an epoch, a new view and something to read are shown for."""


class Film:
    """Frames as they come; one that shows what the last one showed makes it longer."""

    def __init__(self, stage: Stage) -> None:
        self.frames: list[Frame] = []
        self._stage = stage

    def take(self, seconds: float) -> None:
        """What is on screen now, for so long."""
        now = frame(self._stage.app, seconds)
        if self.frames and self.frames[-1].rows == now.rows:
            now = Frame(now.rows, self.frames.pop().seconds + seconds)
        self.frames.append(now)

    async def press(self, seconds: float, *keys: str) -> None:
        """One key after another."""
        for key in keys:
            await self._stage.press(key)
            await self._stage.settled()
            self.take(seconds)


async def take(runs: Path) -> list[Frame]:
    """A minute in the app."""
    async with opened("overfit", runs, SIZE) as stage:
        film = Film(stage)
        await stage.settled()
        film.take(LOOK)
        await stage.train(["r"], lambda: film.take(EPOCH))
        film.take(READ)
        await stage.go_to("regularization.dropout", lambda: film.take(KEY))
        await film.press(KEY, *["right"] * 10)
        film.take(LOOK)
        await stage.train(["r"], lambda: film.take(EPOCH))
        film.take(LOOK)
        await film.press(KEY, "tab", "down", "b", "up")
        film.take(READ)
        await film.press(LOOK, "2")
        await film.press(KEY, *["comma"] * 8)
        film.take(LOOK)
        await film.press(LOOK, "0", "8", "7")
        await film.press(LOOK, "1")
        for _ in range(2):  # one seed is no verdict
            await stage.train(["n"], lambda: film.take(EPOCH) if stage.newest_epoch % 5 == 0 else None)
            await stage.until(lambda: not stage.main.verdict.busy)
            film.take(LOOK)
        film.take(READ)
        await film.press(1.5 * READ, "c")
        return film.frames


def main() -> int:
    """Save the film."""
    with TemporaryDirectory() as folder:
        frames = asyncio.run(take(Path(folder)))
    TARGET.write_text(svg(frames, "ssh -t host regtui overfit"), "utf-8")
    seconds = sum(one.seconds for one in frames)
    print(f"{TARGET}: {len(frames)} frames, {seconds:.0f} s, {TARGET.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
