"""Members side by side against the notebook's loop, per member: ``python -m benchmarks.sweep``."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from benchmarks.lesson_loop import Notebook
from benchmarks.measure import THREADS, Figure, Size, flop, lesson, main, product_rate, seconds
from trainer.config import RunConfig
from trainer.config.properties import replace
from trainer.crew import Crew
from trainer.engine import train
from trainer.events import Epoch, Started
from trainer.execution import Execution, Member
from trainer.grouping import stackable
from trainer.spreading import parts

MEMBERS = (1, 2, 4, 8, 16, 32, 64)
MIB = 1 << 20


def grid(size: Size, count: int) -> list[RunConfig]:
    """Different dropout, λ and learning rates; four members share a seed and so their batches."""
    configs = []
    for k in range(count):
        config = replace(lesson(size, dropout=0.1 + 0.1 * (k % 8), l2=1e-4 * (1 + k % 3)), "seed", k // 4)
        configs.append(replace(config, "optimizer.lr", 0.01 * (1 + k % 4)))
    return configs


def measure(size: Size) -> list[Figure]:
    """Seconds per member and epoch: by default, in one process of one thread and of several, and the memory of 32."""
    alone = [*_by_default((8, 32) if size.share > 0.5 else (8,), size), *_at(1, (8,), None, size)]
    return [
        *(alone if len(THREADS) > 1 else []),
        *_at(THREADS[-1], MEMBERS if size.share > 0.5 else MEMBERS[:-2], 20, size),
        memory(32),
    ]


def _at(threads: int, counts: Sequence[int], reach: float | None, size: Size) -> list[Figure]:
    torch.set_num_threads(threads)
    notebook = Notebook(size.examples)
    loop = min(seconds(notebook.train) for _ in range(size.repeats))
    floor = flop(lesson(size), size.examples) / max(product_rate(threads) for _ in range(size.repeats))
    figures = []
    named = f"{threads} thread{'s' * (threads > 1)}"
    for count in counts:
        each = min(sweep_seconds(grid(size, count), threads) / count for _ in range(size.repeats))
        note = f"{each / size.share:.3f} s a member and epoch of 60,000, {100 * floor / each:.0f} % of the limit"
        asked = reach if 8 <= count <= 32 else None
        figures.append(
            Figure(f"sweep of {count}, against the notebook, per member, {named}", loop / each, "×", asked, note=note)
        )
    return figures


def sweep_seconds(configs: list[RunConfig], threads: int) -> float:
    """Training time of the second epoch of all members, one stack after another."""
    members = [Member(str(i), config.model_copy(update={"epochs": 2})) for i, config in enumerate(configs)]
    firsts = {stack[0].run for stack in stackable(members)}
    events = train(members, Execution(device="cpu", threads=threads))
    return sum(e.seconds for e in events if isinstance(e, Epoch) and e.epoch == 2 and e.run in firsts)


def _by_default(counts: Sequence[int], size: Size) -> list[Figure]:
    """As a sweep is trained that says nothing of threads, against the notebook's loop on one thread."""
    torch.set_num_threads(1)
    notebook = Notebook(size.examples)
    loop = min(seconds(notebook.train) for _ in range(size.repeats))
    figures = []
    for count in counts:
        each, workers = spread_seconds(grid(size, count), epochs=4 if size.share > 0.5 else 32)
        note = f"{each / size.share:.3f} s a member and epoch of 60,000, {workers} processes of one thread"
        figures.append(Figure(f"sweep of {count}, against the notebook, per member, by default", loop / each, "×", 20,
                              note=note))  # fmt: skip
    return figures


def spread_seconds(configs: list[RunConfig], epochs: int) -> tuple[float, int]:
    """Training time per member and epoch while all workers train, and how many they are."""
    configs = [config.model_copy(update={"epochs": epochs}) for config in configs]
    execution = Execution(device="cpu", spread=True)
    crew, beside, told = Crew(execution), dict[str, tuple[str, ...]](), list[Epoch]()
    try:
        for event in crew.train([Member(str(i), config) for i, config in enumerate(configs)]):
            if isinstance(event, Started):
                beside[event.run] = event.beside or (event.run,)
            elif isinstance(event, Epoch) and event.run == beside[event.run][0]:
                told.append(event)
    finally:
        crew.close()
    workers, stacks = parts(configs, execution), list(dict.fromkeys(event.run for event in told))
    joined = max(next(e.time for e in told if e.run == run) for run in stacks[:workers])
    idle = min(max(e.time for e in told if e.run == run) for run in stacks[-workers:])
    each = [e.seconds / len(beside[e.run]) for e in told if joined < e.time <= idle]
    return sum(each) / len(each) / workers, workers


def memory(count: int) -> Figure:
    """What a process grows by while it trains a sweep, the data that it had loaded before left out."""
    code = f"from benchmarks.sweep import grow; grow({count})"
    grown = float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
    reach = 3 * 4 * RunConfig().parameters * count / MIB
    return Figure(f"memory of a sweep of {count} beyond its data", grown, "MiB", reach, at_least=False,
                  note="peak resident memory; the reach is 3 × parameters × members")  # fmt: skip


def grow(count: int) -> None:
    """Print the MiB that training takes beyond import and data."""
    size, execution = Size(2_000, 1), Execution(device="cpu", threads=1)
    warm = train([Member("0", grid(size, 1)[0].model_copy(update={"epochs": 1}))], execution)
    list(warm)  # data, libraries, one member's buffers
    gc.collect()
    before = _resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    list(
        train([Member(str(i), c.model_copy(update={"epochs": 2})) for i, c in enumerate(grid(size, count))], execution)
    )
    print((_resident("VmHWM") - before) / 1024)


def _resident(what: str) -> int:
    """KiB, as Linux tells them."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what))


if __name__ == "__main__":
    main(measure)
