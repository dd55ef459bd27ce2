"""What all benchmarks share: clocks, the rate of the machine's matrix products, figures and their table."""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import torch

from trainer.config import RunConfig
from trainer.engine import train
from trainer.events import Epoch
from trainer.execution import Execution, Member

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
THREADS = (1, 2) if CORES > 1 else (1,)


@dataclass(frozen=True)
class Size:
    """How much a benchmark does."""

    examples: int
    """Training examples of an epoch, at most MNIST's 60,000; both sides of a ratio take as many."""
    repeats: int
    """How often each side is measured, in turns; the best counts, for a neighbour can only slow it down."""

    @property
    def share(self) -> float:
        """Of a whole epoch of MNIST."""
        return self.examples / 60_000


QUICK, FULL = Size(6_400, 3), Size(60_000, 3)


@dataclass(frozen=True)
class Figure:
    """One measured number beside what it should reach."""

    what: str
    value: float
    unit: str
    reach: float | None
    """None where nothing is asked."""
    at_least: bool = True
    """Whether more is better."""
    note: str = ""

    @property
    def row(self) -> str:
        """As a row of the table."""
        reach = mark = ""
        if self.reach is not None:
            reach = f"{'≥' if self.at_least else '≤'} {self.reach:.3g} {self.unit}"
            mark = "yes" if (self.value >= self.reach) == self.at_least else "**no**"
        cells = (self.what, f"{self.value:.3g} {self.unit}", reach, mark, self.note)
        return "| " + " | ".join(cells) + " |"


TABLE_HEAD = "| what | measured | reach | reached | how |\n| --- | --- | --- | --- | --- |"


def seconds(action: Callable[[], object]) -> float:
    """Wall clock of one call."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def product_rate(threads: int) -> float:
    """FLOP/s of a large square float32 product: what no training step can exceed."""
    torch.set_num_threads(threads)
    n = 1536
    a, b, c = (torch.rand(n, n) for _ in range(3))
    return 2 * n**3 / min(seconds(lambda: torch.mm(a, b, out=c)) for _ in range(5))


def flop(config: RunConfig, examples: int) -> float:
    """Of one epoch's matrix products: forward, gradient of weights, gradient of all inputs but the first layer's."""
    shapes = list(config.layers.values())
    return 2.0 * examples * (3 * sum(n * m for n, m in shapes) - shapes[0][0] * shapes[0][1])


def lesson(size: Size, **regularization: object) -> RunConfig:
    """The lesson's model as a config of the engine, judged on the test set as the notebook does."""
    return RunConfig.model_validate(
        {
            "data": {"train_size": size.examples, "validation": "test"},
            "regularization": {"dropout": 0.5, "l2": 1e-4, **regularization},
        }
    )


def engine_epochs(configs: Sequence[RunConfig], threads: int, epochs: int = 2) -> list[Epoch]:
    """The first run's ``epoch`` events but the very first, in which buffers are made and caches are cold."""
    members = [Member(str(i), c.model_copy(update={"epochs": epochs + 1})) for i, c in enumerate(configs)]
    events = train(members, Execution(device="cpu", threads=threads))
    return [e for e in events if isinstance(e, Epoch) and e.run == "0" and e.epoch > 1]


def machine() -> str:
    """What the figures were taken on, by class and not by name."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    return (
        f"{date.today():%Y-%m-%d}; {model}, {CORES} cores; {platform.system()}; "
        f"Python {platform.python_version()}, torch {torch.__version__}"
    )


def main(measure: Callable[[Size], list[Figure]]) -> None:
    """Run one benchmark by itself."""
    parser = argparse.ArgumentParser(description=measure.__doc__)
    parser.add_argument("--full", action="store_true", help="whole epochs of MNIST; else a tenth, within a minute")
    size = FULL if parser.parse_args().full else QUICK
    print(machine(), TABLE_HEAD, *(figure.row for figure in measure(size)), sep="\n")
