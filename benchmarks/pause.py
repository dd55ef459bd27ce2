"""From the press of `space` to the last thing that training does: ``python -m benchmarks.pause``.

At random moments of a run, evaluation and the writing of checkpoints included: the trainer thread is told to pause, and
the last event that still comes is waited for; after it nothing is computed.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

from textual.message import Message

from trainer.config import RunConfig
from trainer.crew import Crew
from trainer.execution import Execution
from trainer.presets import load_preset
from trainer.store import RunStore
from tui.jobs import Job, TrainingEvent
from tui.training import Trainer

QUIET = 0.6
"""Seconds without an event after which nothing more comes."""


class Heard:
    """When the newest event came."""

    def __init__(self) -> None:
        self.at = 0.0
        self.kind = ""

    def __call__(self, message: Message) -> None:
        if isinstance(message, TrainingEvent):
            self.at, self.kind = time.perf_counter(), message.event.event


def measure(config: RunConfig, count: int) -> list[tuple[float, str]]:
    """Milliseconds until nothing moved any more, and by what event that was known."""
    heard, waits = Heard(), []
    with tempfile.TemporaryDirectory() as folder:
        source = Crew(Execution(device="cpu"))
        trainer = Trainer(source, RunStore(Path(folder)), heard)
        trainer.submit(Job((1,), (config,)))
        while heard.kind != "epoch":
            time.sleep(0.05)
        for _ in range(count):
            time.sleep(random.uniform(0.05, 0.7))
            pressed = time.perf_counter()
            trainer.pause()
            while time.perf_counter() - max(heard.at, pressed) < QUIET:
                time.sleep(0.02)
            waits.append((1000 * max(0.0, heard.at - pressed), heard.kind))
            trainer.resume()
        trainer.close()
    return waits


def main() -> None:
    """Print the spread for a few networks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=40, help="pauses of each run")
    options = parser.parse_args()
    cnn, wide = load_preset("cnn").config, load_preset("baseline").config
    data = {"dataset": "digits", "validation": 300}
    cases = {
        "784-256-10, MNIST": wide.model_copy(update={"epochs": 1000}),
        "the same on 2,000 examples": RunConfig.model_validate(
            {"epochs": 100_000, "data": {"train_size": 2000, "validation": 1000}}
        ),
        "CNN, MNIST": cnn.model_copy(update={"epochs": 1000}),
        "CNN, digits": RunConfig.model_validate({**cnn.model_dump(), "epochs": 100_000, "data": data}),
    }
    for name, config in cases.items():
        waits = measure(config, options.count)
        times = sorted(wait for wait, _ in waits)
        p99 = times[min(len(times) - 1, round(0.99 * (len(times) - 1)))]
        print(f"{name:<30} median {statistics.median(times):5.0f} ms   p90 {times[int(0.9 * len(times))]:5.0f} ms   "
              f"p99 {p99:5.0f} ms   max {times[-1]:5.0f} ms, by {max(waits)[1]}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
