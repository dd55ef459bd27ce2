"""The app on a folder of many runs, in a real pseudo-terminal: ``python -m benchmarks.many_runs [--runs 200 2000]``.

How long until the newest run stands in the table and until the oldest can be reached, and how long a key waits for what
it brings to the screen while runs are filtered, sorted, and thirty curves laid over each other one by one.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from benchmarks.pseudo_terminal import App
from benchmarks.store import write_runs
from trainer.store import RunStore

OVERLAID = 30


def opened(app: App, count: int) -> tuple[float, float]:
    """Seconds from exec until the newest run is on screen, and until the oldest is, being asked for."""
    app.until(f"dropout-{count - 1:04} ")
    first = app.came - app.began
    app.press("\t", "V show all")
    while "dropout-0000 " not in app.text():
        app.press("\x1b[F")
        app.drain(0.02)
    return first, app.came - app.began


def waits(app: App, count: int) -> Iterable[tuple[str, float]]:
    """Each key and how long it waited."""
    yield "home", app.press("\x1b[H", f"dropout-{count - 1:04} ")
    yield "/", app.press("/", "enter takes it")
    typed = "seed<4"
    for i, letter in enumerate(typed):
        expected = f"{80} of {count} runs" if i == len(typed) - 1 else typed[: i + 1]
        yield "type", app.press(letter, expected)
    yield "filter", app.press("\r", "dropout-0079 ")
    for column in ("val", "gap", "test", "train"):
        yield "sort", app.press("o", f"by {column} %" if column != "gap" else "by gap")
    for _ in range(4):
        app.press("o")
        app.drain(0.2)
    for _ in range(OVERLAID):
        before = app.text().count("●")
        began = time.perf_counter()
        app.press("v")
        while app.text().count("●") == before and time.perf_counter() - began < 2:
            app.read(0.5)
        yield "show", app.came - began
        app.press("\x1b[B")
        app.drain(0.05)


def main() -> None:
    """Print a line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, nargs="+", default=[200, 2000])
    parser.add_argument("--epochs", type=int, default=50)
    given = parser.parse_args()
    for count in given.runs:
        with tempfile.TemporaryDirectory() as folder:
            write_runs(RunStore(Path(folder) / "runs"), count, given.epochs)
            app = App(Path(folder), "overfit", "--runs", f"{folder}/runs", size=(120, 40))
            try:
                first, last = opened(app, count)
                print(f"{count:>6} runs  newest on screen {first:6.2f} s   oldest {last:6.2f} s", flush=True)
                found: dict[str, list[float]] = {}
                for key, seconds in waits(app, count):
                    found.setdefault(key, []).append(1000 * seconds)
                for key, times in found.items():
                    print(f"{count:>6} runs  {key:<8} longest {max(times):6.0f} ms of {len(times)}", flush=True)
            finally:
                app.close()


if __name__ == "__main__":
    main()
