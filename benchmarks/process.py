"""What stands around the steps: start, memory, bookkeeping: ``python -m benchmarks.process``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from benchmarks.measure import Figure, Size, lesson, main, seconds
from trainer.config import RunConfig
from trainer.crew import Crew
from trainer.engine import train
from trainer.engine.evaluation import weigh
from trainer.engine.models import make_network
from trainer.events import Epoch, Progress
from trainer.execution import Execution, Member
from trainer.store import RunStore

PEAK = "from pathlib import Path; print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
"""KiB of the program's own peak; ``ru_maxrss`` would start from that of the process which started it."""


def measure(size: Size) -> list[Figure]:
    """Seconds to the first batch, memory of a headless run, and the share of an epoch that is not training."""
    return [_start(size), _memory(), *_around(size)]


def _start(size: Size) -> Figure:
    """From nothing to the first news of a step, as after `r` in an app whose worker has not begun to start."""
    took = []
    for _ in range(size.repeats):
        worker = Crew(Execution(device="cpu"))
        began = time.perf_counter()
        events = worker.train([Member("0", RunConfig())])
        next(event for event in events if isinstance(event, Progress))
        took.append(time.perf_counter() - began)
        worker.close()
    return Figure("from `r` to the first batch, cold", min(took), "s", 2, at_least=False,
                  note="a new process, import of torch and MNIST included")  # fmt: skip


def _memory() -> Figure:
    """Peak of ``regtui run baseline`` above a bare import of torch."""
    with tempfile.TemporaryDirectory() as runs:
        command = ["run", "baseline", "--set", "epochs=1", "--quiet", "--device", "cpu", "--runs", runs]
        whole = (
            f"import sys; from tui.cli import main; sys.argv[1:] = {command}\ntry: main()\nexcept SystemExit: pass\n"
        )
        peak, bare = (_peak(code) for code in (whole + PEAK, "import torch; " + PEAK))
    return Figure("memory of `regtui run baseline` above torch", (peak - bare) / 1024, "MiB", 350, at_least=False,
                  note="peak resident memory on MNIST")  # fmt: skip


def _peak(code: str) -> int:
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return int(done.stdout.split()[-1])


def _around(size: Size) -> list[Figure]:
    """Evaluation of 10,000 + 10,000 examples and the bookkeeping, as shares of a whole epoch of training."""
    config, execution = lesson(size).model_copy(update={"epochs": 3}), Execution(device="cpu", threads=1)
    epochs = [e for e in train([Member("0", config)], execution) if isinstance(e, Epoch)]
    training = min(e.seconds for e in epochs) / size.share
    judged = 10_000 + min(size.examples, 10_000)
    evaluation = min(e.eval_seconds for e in epochs) * 20_000 / judged
    network = make_network([config], torch.device("cpu"))
    weighing = min(seconds(lambda: weigh(network.parameters, [config])) for _ in range(9))
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(Path(folder))
        run = store.new_run(config).run
        event = epochs[-1].model_copy(update={"run": run})
        recording = min(seconds(lambda: store.record(event)) for _ in range(9))
    return [
        Figure("evaluation of 10,000 + 10,000 examples, of the training", 100 * evaluation / training, "%", 12,
               at_least=False, note=f"{evaluation:.3f} s, all figures included"),
        Figure("norms, sparsity, event and store, of the training", 100 * (weighing + recording) / training, "%", 3,
               at_least=False, note=f"{1e3 * weighing:.2f} + {1e3 * recording:.2f} ms"),
    ]  # fmt: skip


if __name__ == "__main__":
    main(measure)
