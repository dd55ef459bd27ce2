"""The app in a pseudo-terminal while it trains MNIST: each figure beside its budget. ``python -m benchmarks.app``.

Nothing here passes or fails: a machine that others use gives worse figures, so look at them side by side.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import key_bytes, slowdown
from benchmarks.driven import SEEDS, finished, opened, preset, say, start
from benchmarks.pseudo_terminal import App
from trainer.events import Ended, Environment, Epoch, Started
from trainer.presets import load_preset
from trainer.store import RunStore

RIGHT, LEFT, UP, DOWN = "\x1b[C", "\x1b[D", "\x1b[A", "\x1b[B"
LADDER = ("‹1e-6›", "‹3e-6›", "‹1e-5›", "‹3e-5›", "‹0.0001›", "‹0.0003›", "‹0.001›", "‹0.003›", "‹0.01›")
"""What the first setting, L1 λ, walks through."""


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=200, help="key presses that latencies are measured over")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long bytes and CPU are counted")
    parser.add_argument("--epochs", type=int, default=12, help="of each run that slowing down is measured by")
    parser.add_argument("--turns", type=int, default=4, help="in which app and headless take their measure")
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS), help="parts to measure")
    options = parser.parse_args()
    print(f"{'figure':<58} {'measured':>20}   budget")
    for name in options.only:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # a worker may write its last
            PARTS[name](Path(folder), options)


def first_paint(folder: Path, options: argparse.Namespace) -> None:
    """From exec to both charts on screen, and keys while torch is imported in the worker."""
    paints: list[float] = []
    stalls: list[float] = []
    for attempt in range(6):
        app = App(folder, "baseline", "--runs", str(folder / "runs"), "--device", "cpu")
        app.until("accuracy %", "loss", "·   ·   ·")
        paints += [app.came - app.began] * (attempt > 0)  # the first one warms the disk
        app.drain(0.05)
        while "cpu, " not in app.text() and len(stalls) < 400:
            stalls.append(app.press(DOWN, "‹subgradient›"))
            stalls.append(app.press(UP, "‹0›"))
        app.close()
    say("exec to charts painted, median of 5", f"{statistics.median(paints):.2f} s", "0.45 s")
    say("slowest key while torch is imported", f"{1000 * max(stalls):.0f} ms", "100 ms")


SIZES = (((100, 30), "8 / 35 / 60 ms"), ((200, 50), "- / 50 / 80 ms"))
"""Of the screen, and how long keys may take there."""


def latency(folder: Path, options: argparse.Namespace) -> None:
    """Keys while MNIST trains, at two sizes."""
    for size, budget in SIZES:
        with opened(folder, preset(folder, 50_000), size=size) as app:
            start(app)
            waits = keys(app, options.keys)
        say(f"key to changed screen, {size[0]}x{size[1]}, p50 / p95 / p99", spread(waits), budget)


def beside_sweep(folder: Path, options: argparse.Namespace) -> None:
    """Keys while a sweep of 8 trains in as many workers as there are cores, at two sizes."""
    for size, budget in SIZES:
        with opened(folder, preset(folder, 50_000, grid=SEEDS), size=size) as app:
            start(app)
            app.drain(6.0)  # until all have joined
            waits = keys(app, options.keys)
        say(f"the same while a sweep of 8 trains, {size[0]}x{size[1]}", spread(waits), budget)


def crowd(folder: Path, options: argparse.Namespace) -> None:
    """Keys with 30 runs of 200 epochs on screen, one more growing."""
    store = RunStore(folder / "runs")
    for number in range(30):
        record(store, number, 200)
    with opened(folder, preset(folder, 50_000)) as app:
        focus(app, runs=True)
        app.press("V", "29 more, lowest to highest")  # made-up runs differ in nothing but their names
        focus(app, runs=False)
        app.drain(3.0)
        start(app)
        waits = keys(app, options.keys)
    say("key with 30 runs of 200 epochs, p50 / p95 / p99", spread(waits), "- / - / 100 ms")


def traffic(folder: Path, options: argparse.Namespace) -> None:
    """Bytes and CPU: idle, training at about one and ten epochs a second, paused; bytes of a key."""
    with opened(folder, "baseline") as app:
        app.drain(2.0)
        cpu, begin = app.cpu_seconds(), time.perf_counter()
        count = app.drain(options.seconds)
        say("idle: bytes", f"{count / options.seconds:.0f} B/s", "0 B/s")
        say("idle: CPU of the app", f"{100 * (app.cpu_seconds() - cpu) / (time.perf_counter() - begin):.1f} %", "1 %")
        sizes = []
        for key in (*[RIGHT] * 8, *[LEFT] * 8, *[DOWN] * 20, *[UP] * 20, "2", "3", "4", "1", "y", "y", "z", "z", "z"):
            before = app.count
            app.press(key)
            app.drain(0.25)
            sizes.append(app.count - before)
        say("bytes of a key, median / worst", f"{statistics.median(sizes):.0f} / {max(sizes)} B", "2048 B")
    for examples, wanted, budget in ((50_000, 1, "1 kB/s"), (6_000, 10, "3 kB/s")):
        with opened(folder, preset(folder, examples)) as app:
            start(app)
            cpu, begin, epochs = app.cpu_seconds(), time.perf_counter(), finished(folder)
            count = app.drain(options.seconds)
            took = time.perf_counter() - begin
            pace = (finished(folder) - epochs) / took
            share = (app.cpu_seconds() - cpu) / took
            say(f"training at {pace:.1f} epochs/s (for {wanted}): bytes", f"{count / took:.0f} B/s", budget)
            say(f"training at {pace:.1f} epochs/s: CPU of the app", f"{100 * share:.1f} %", "5 %")
            app.press(" ")
            app.drain(2.0)
            say("paused: bytes", f"{app.drain(options.seconds / 2) / options.seconds * 2:.0f} B/s", "0 B/s")


def key_bytes_(folder: Path, options: argparse.Namespace) -> None:
    """Bytes of every key, at two sizes and with two kinds of colours."""
    for name, environment in key_bytes.TERMINALS.items():
        for size in key_bytes.SIZES:
            key_bytes.report(key_bytes.measure(folder, size, environment), f"{size[0]}x{size[1]}, {name}")


def thread(folder: Path, options: argparse.Namespace) -> None:
    """Keys while MNIST trains in a thread of the app, and while that thread imports torch: what the worker spares."""
    app = App(folder, preset(folder, 50_000), str(folder / "runs"), module="benchmarks.in_thread")
    try:
        app.until("accuracy %", "loss", "·   ·   ·")
        stalls: list[float] = []
        while "cpu, " not in app.text() and len(stalls) < 400:
            stalls += [app.press(DOWN, "‹subgradient›"), app.press(UP, "‹0›")]
    finally:
        app.close()
    say("engine in a thread: slowest key while torch is imported", f"{1000 * max(stalls):.0f} ms", "-")
    with opened(folder, preset(folder, 50_000), thread=True) as app:
        start(app)
        waits = keys(app, options.keys)
    say("engine in a thread: key, 100x30, p50 / p95 / p99", spread(waits), "-")


def goodbye(folder: Path, options: argparse.Namespace) -> None:
    """SIGHUP while training, to the end of the process."""
    waits = []
    for _ in range(3):
        with opened(folder, preset(folder, 50_000)) as app:
            start(app)
            begin = time.perf_counter()
            app.process.send_signal(signal.SIGHUP)
            app.gone()
            waits.append(time.perf_counter() - begin)
    say("SIGHUP to saved and gone, worst of 3", f"{max(waits):.2f} s", "1 s")


PARTS: dict[str, Callable[[Path, argparse.Namespace], None]] = {
    "paint": first_paint,
    "latency": latency,
    "sweep": beside_sweep,
    "crowd": crowd,
    "traffic": traffic,
    "bytes": key_bytes_,
    "slowdown": slowdown.measure,
    "thread": thread,
    "goodbye": goodbye,
}


def focus(app: App, *, runs: bool) -> None:
    """Put the cursor on the config or on the runs, wherever it is: only the former shows arrows around a value."""
    app.drain(0.3)
    if ("‹" in app.text()) == runs:
        app.press("\t")
        while ("‹" in app.text()) == runs:
            if not app.read(10):
                raise TimeoutError(f"the focus stayed where it was; the screen says:\n{app.text()}")


def keys(app: App, count: int) -> list[float]:
    """Seconds from each key to the change that it makes: values nudged along their ladder, and the cursor moved."""
    waits = []
    for step in range(count):
        place = step % 20
        if place < 9:
            waits.append(app.press(RIGHT, LADDER[place]))
        elif place < 17:
            waits.append(app.press(LEFT, LADDER[16 - place]))
        elif place == 17:
            waits.append(app.press(LEFT, "‹0›"))
        else:
            waits.append(app.press(DOWN, "‹subgradient›") if place == 18 else app.press(UP, "‹0›"))
        app.drain(0.05 + 0.013 * (step % 8))  # not in step with the app's timers
    return waits


def spread(waits: Sequence[float]) -> str:
    """Three percentiles in milliseconds."""
    cuts = statistics.quantiles(waits, n=100)
    return " / ".join(f"{1000 * cuts[p - 1]:.0f}" for p in (50, 95, 99)) + " ms"


def record(store: RunStore, number: int, epochs: int) -> None:
    """A finished run with made-up curves."""
    config = load_preset("baseline").config.model_copy(update={"name": f"made-up-{number}", "epochs": epochs})
    run = store.new_run(config).run
    place = Environment(
        regtui="0", python="3", torch="2", platform="made up", device="cpu", device_name="cpu", threads=1
    )  # fmt: skip
    store.record(
        Started(run=run, time=time.time(), config=config, environment=place, parameters=1, steps_per_epoch=10,
                layers=("a",), train_examples=1, validation_examples=1, test_examples=1)
    )  # fmt: skip
    for epoch in range(1, epochs + 1):
        ease = (1 + number / 30) / (1 + epoch**0.5) + 0.02 * ((epoch * 7 + number) % 5) / 5
        store.record(
            Epoch(run=run, time=time.time(), epoch=epoch, step=10 * epoch, train_loss=ease, train_acc=1 - ease / 3,
                  fit_loss=ease, fit_acc=1 - ease / 3, val_loss=ease + 0.1, val_acc=0.95 - ease / 3, l1_penalty=0.0,
                  l2_penalty=0.0, lr=0.01, weight_norm=(3.0,), grad_norm=0.1, sparsity=0.0, near_zero=0.1, seconds=0.5,
                  eval_seconds=0.1)
        )  # fmt: skip
    store.record(
        Ended(run=run, time=time.time(), status="completed", epochs=epochs, best_epoch=epochs, test_loss=0.3,
              test_acc=0.9)
    )  # fmt: skip


if __name__ == "__main__":
    main()
