"""One run against the notebook's loop and against the machine's matrix products: ``python -m benchmarks.epoch``."""

from __future__ import annotations

import torch

from benchmarks.lesson_loop import Notebook
from benchmarks.measure import THREADS, Figure, Size, engine_epochs, flop, lesson, main, product_rate, seconds


def measure(size: Size) -> list[Figure]:
    """One run against the notebook's loop, the limit of matrix products, and its own bookkeeping."""
    return [figure for threads in THREADS for figure in _at(threads, size)]


def _at(threads: int, size: Size) -> list[Figure]:
    config, notebook = lesson(size), Notebook(size.examples)
    loops, evaluations, rates, epochs = [], [], [], []
    for _ in range(size.repeats):
        torch.set_num_threads(threads)
        loops.append(seconds(notebook.train))
        evaluations.append(seconds(notebook.evaluate))
        rates.append(product_rate(threads))
        epochs += engine_epochs([config], threads)
    training = min(e.seconds for e in epochs)
    evaluation = min(e.eval_seconds for e in epochs)
    floor = flop(config, size.examples) / max(rates)
    judged = 10_000 + min(size.examples, 10_000)
    note = f"{training / size.share:.3f} s an epoch of 60,000; notebook {min(loops) / size.share:.2f} s"
    named = f"{threads} thread{'s' * (threads > 1)}"
    return [
        Figure(f"one run, against the notebook, {named}", min(loops) / training, "×", 15 if threads > 1 else 12,
               note=note),
        Figure(f"share of the limit of matrix products, {named}", 100 * floor / training, "%",
               45 if threads > 1 else 55, note=f"{max(rates) / 1e9:.0f} GFLOP/s"),
        Figure(f"evaluation, against the notebook, {named}", min(evaluations) / (evaluation * 10_000 / judged), "×", 15,
               note=f"{evaluation * 10_000 / judged:.4f} s for 10,000, all figures of an epoch included"),
    ]  # fmt: skip


if __name__ == "__main__":
    main(measure)
