"""A run may go on for a day: what it leaves in memory is its own figures, packed, and nothing else."""

from __future__ import annotations

import gc
import json
import sys
from collections import Counter
from pathlib import Path

from tests.app.driving import Driver, opened
from tests.app.sources import Recorded

EPOCHS, EARLY, BURST = 20_000, 2_000, 500
BYTES_AN_EPOCH = 600
"""Columns of 19 figures, 8 bytes each, on screen, and once more for the verdict; 150 bytes of packed events; the best
epochs so far, twice; and the room that growing arrays keep: 440 bytes in all."""
OBJECTS = 3_000
"""Of one type: what caches of a fixed size may still take."""


def weighed() -> tuple[int, Counter[str]]:
    """Bytes of all objects that there are, and how many of each type the collector knows."""
    gc.collect()
    tracked = gc.get_objects()
    found = {id(thing): thing for thing in tracked}
    for thing in tracked:
        for part in gc.get_referents(thing):
            found.setdefault(id(part), part)
    return sum(sys.getsizeof(thing) for thing in found.values()), Counter(type(thing).__name__ for thing in tracked)


async def train_until(driver: Driver, source: Recorded, epoch: int) -> None:
    """In bursts, each of which the screen has taken before the next."""
    history = driver.app.session.runs[0].history
    while (done := len(history.epochs)) < epoch:
        source.permits.release(min(BURST, epoch - done))
        await driver.until(lambda done=done: len(history.epochs) >= min(epoch, done + BURST))  # type: ignore[misc]
    driver.main.refresh_views()
    await driver.until(lambda: driver.main.charts.is_drawn and not driver.main.verdict.busy)


async def test_twenty_thousand_epochs_grow_memory_by_their_figures_only(tmp_path: Path) -> None:
    preset, source = tmp_path / "long.json", Recorded(permits=0)
    preset.write_text(json.dumps({"name": "long", "extends": "toy-spiral", "epochs": EPOCHS + 1}))
    async with opened(source, tmp_path / "runs", preset=str(preset)) as driver:
        await driver.press("r")
        await driver.until(lambda: len(driver.app.session.runs) and driver.app.session.runs[0].run)
        await train_until(driver, source, EARLY)
        before, known = weighed()
        await train_until(driver, source, EPOCHS)
        after, now = weighed()
        source.closed = True
    grown = (after - before) / (EPOCHS - EARLY)
    assert grown < BYTES_AN_EPOCH, f"{grown:.0f} bytes an epoch"
    assert not {name: count for name, count in (now - known).items() if count > OBJECTS}
