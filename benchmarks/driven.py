"""What the benchmarks of the app do with it: open it on a preset, train, and count."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.pseudo_terminal import App

SEEDS = {"seed": list(range(8))}
"""A sweep."""


def say(figure: str, measured: str, budget: str) -> None:
    """One line of the table."""
    print(f"{figure:<58} {measured:>20}   {budget}", flush=True)


@contextmanager
def opened(folder: Path, path: str, size: tuple[int, int] = (100, 30), *, thread: bool = False) -> Iterator[App]:
    """The app with its charts painted and torch loaded, in its worker or (``thread``) in a thread of its own."""
    runs = str(folder / "runs")
    if thread:
        app = App(folder, path, runs, size=size, module="benchmarks.in_thread")
    else:
        app = App(folder, path, "--runs", runs, "--device", "cpu", size=size)
    try:
        app.until("accuracy", "loss")
        app.until("cpu, ")
        app.drain(1.0)
        yield app
    finally:
        app.close()


def preset(folder: Path, examples: int, epochs: int = 500, grid: Mapping[str, Sequence[object]] | None = None) -> str:
    """The lesson's network on so many examples of MNIST, which decides how long an epoch takes."""
    name = f"n{examples}" + "-sweep" * (grid is not None)
    path = folder / f"{name}.json"
    data = {"train_size": examples, "validation": min(10_000, max(500, examples // 5))}
    told = {"name": name, "extends": "baseline", "epochs": epochs, "data": data} | ({"grid": grid} if grid else {})
    path.write_text(json.dumps(told))
    return str(path)


def start(app: App) -> None:
    """Train, past the first seconds."""
    app.press("r", "training")
    app.drain(2.0)


def finished(folder: Path) -> int:
    """Epochs on disk."""
    files = (folder / "runs").glob("*/events.jsonl")
    return sum(file.read_text().count('"event":"epoch"') for file in files)
