"""How long RUNS takes to open: ``python -m benchmarks.store [--runs 200 2000] [--epochs 50]``.

Runs are written through the store's own API into a temporary folder, then read as the app and ``regtui runs`` read
them. Times are of a warm disk, the best of three.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from trainer.config import RunConfig
from trainer.config.properties import replace
from trainer.events import Ended, Environment, Epoch, Started
from trainer.store import RunStore

ENVIRONMENT = Environment(
    regtui="0", python="3", torch="2", platform="benchmark", device="cpu", device_name="benchmark cpu", threads=1
)


def write_runs(store: RunStore, count: int, epochs: int) -> None:
    """Finished runs with plausible figures: dropouts times seeds."""
    for number in range(count):
        config = replace(RunConfig(), "regularization.dropout", round(0.05 * (number % 20), 2))
        config = config.model_copy(update={"seed": number // 20, "epochs": epochs, "name": f"dropout-{number:04}"})
        run = store.new_run(config).run
        store.record(
            Started(
                run=run,
                time=1e9,
                config=config,
                environment=ENVIRONMENT,
                parameters=203_530,
                steps_per_epoch=782,
                layers=("hidden 1", "output"),
                train_examples=50_000,
                validation_examples=10_000,
                test_examples=10_000,
            )
        )
        for epoch in range(1, epochs + 1):
            ease = 1.0 / (1.0 + epoch + 0.01 * number)
            store.record(
                Epoch(
                    run=run,
                    time=1e9 + epoch,
                    epoch=epoch,
                    step=782 * epoch,
                    train_loss=ease,
                    train_acc=1 - ease,
                    fit_loss=ease / 3,
                    fit_acc=1 - ease / 3,
                    val_loss=0.1 + ease + 0.0001 * epoch,
                    val_acc=0.98 - ease / 7,
                    l1_penalty=0.0,
                    l2_penalty=0.123456789,
                    lr=0.01,
                    weight_norm=(9.123456789, 2.3456789),
                    grad_norm=0.123456789,
                    sparsity=0.0,
                    near_zero=0.0312345,
                    seconds=0.512345,
                    eval_seconds=0.0812345,
                )
            )
        store.record(
            Ended(
                run=run,
                time=1e9 + epochs,
                status="completed",
                epochs=epochs,
                best_epoch=epochs // 2,
                test_loss=0.1,
                test_acc=0.97,
            )
        )


def seconds(work: Callable[[], object]) -> float:
    """The best of three."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def _exhaust(read: Callable[[], Iterable[object]]) -> None:
    for _ in read():
        pass


def main() -> None:
    """Print one line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--runs", type=int, nargs="+", default=[200, 2000])
    parser.add_argument("--epochs", type=int, default=50)
    given = parser.parse_args()
    print(f"Python {sys.version.split()[0]}, {given.epochs} epochs a run; seconds, best of three, warm disk")
    for count in given.runs:
        with tempfile.TemporaryDirectory() as folder:
            write_runs(RunStore(Path(folder)), count, given.epochs)
            store = RunStore(Path(folder))
            reads: dict[str, Callable[[], Iterable[object]]] = {
                "ids": store.run_ids,
                "headers": store.headers,
                "histories": store.histories,
            }
            for what, read in reads.items():
                print(f"{count:>6} runs  {what:<10}{seconds(partial(_exhaust, read)):8.3f}", flush=True)


if __name__ == "__main__":
    main()
