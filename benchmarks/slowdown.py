"""What the open app costs training: seconds with it against seconds without, in turns."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from benchmarks.driven import SEEDS, opened, preset, say
from trainer.store import RunStore

EPOCHS_OF_SWEEP = 4


def measure(folder: Path, options: argparse.Namespace) -> None:
    """An epoch of a run, also with a trainer thread that trains itself; and a sweep of 8."""
    one = preset(folder, 50_000, epochs=options.epochs)
    sweep = preset(folder, 50_000, epochs=EPOCHS_OF_SWEEP, grid=SEEDS)
    worker: list[float] = []
    thread: list[float] = []
    swept: list[float] = []
    for _ in range(options.turns):
        alone = headless(folder, one)
        worker.append(watched(folder, one) / alone)
        thread.append(watched(folder, one, thread=True) / alone)
        swept.append(watched(folder, sweep) / headless(folder, sweep))
    tell("an epoch with the app open, against headless", worker, "+5 %")
    tell("a sweep of 8 with the app open, against headless", swept, "+5 %")
    tell("an epoch with the app open, engine in its thread", thread, "-")


def tell(what: str, ratios: list[float], budget: str) -> None:
    """The median, and how far they lie apart."""
    middle, low, high = (100 * (f(ratios) - 1) for f in (statistics.median, min, max))
    say(what, f"{middle:+.1f} % ({low:+.1f} to {high:+.1f})", budget)


def headless(folder: Path, path: str) -> float:
    """Seconds an epoch of ``regtui run``."""
    with tempfile.TemporaryDirectory(dir=folder) as runs:
        run = [sys.executable, "-m", "tui.cli", "run", path, "--quiet", "--device", "cpu", "--runs", runs]
        subprocess.run(run, stdout=subprocess.DEVNULL, check=True)
        return seconds_an_epoch(Path(runs))


def watched(folder: Path, path: str, *, thread: bool = False) -> float:
    """Seconds an epoch in the app, over a runs folder of its own: an older run would say "completed" at once."""
    with tempfile.TemporaryDirectory(dir=folder) as own:
        with opened(Path(own), path, thread=thread) as app:
            app.press("r", "training")
            app.until(" completed: best", seconds=300)
            app.drain(1.0)
        return seconds_an_epoch(Path(own) / "runs")


def seconds_an_epoch(runs: Path) -> float:
    """Of all runs, evaluation and all included: the median, their first epochs left out, when workers still join."""
    store = RunStore(runs)
    came = [store.history(run).epochs.column("time") for run in store.run_ids()]
    return statistics.median(after - before for times in came for before, after in pairwise(times))
