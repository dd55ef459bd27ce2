"""What each regularizer, optimizer and schedule adds to an epoch: ``python -m benchmarks.regularizers``."""

from __future__ import annotations

from typing import Any

from benchmarks.measure import Figure, Size, engine_epochs, lesson, main
from trainer.config import RunConfig
from trainer.config.properties import replace

ADDED: dict[str, tuple[dict[str, Any], float]] = {
    "L2 coupled": ({"regularization.l2": 1e-4}, 15),
    "L2 decoupled": ({"regularization.l2": 1e-4, "regularization.l2_method": "decoupled"}, 15),
    "L1 subgradient": ({"regularization.l1": 1e-5}, 15),
    "L1 proximal": ({"regularization.l1": 1e-5, "regularization.l1_method": "proximal"}, 15),
    "max-norm": ({"regularization.max_norm": 3.0}, 15),
    "label smoothing": ({"regularization.label_smoothing": 0.1}, 15),
    "dropout": ({"regularization.dropout": 0.5}, 15),
    "momentum": ({"optimizer.momentum": 0.9}, 15),
    "one-cycle, a new rate each step": ({"scheduler.name": "one-cycle"}, 15),
    "Adam": ({"optimizer.name": "adam"}, 40),
}
"""Name → (what is set, per cent of the plain epoch that it may cost)."""


def measure(size: Size) -> list[Figure]:
    """What each adds to an epoch of the plain MLP with one thread, measured in turns with it."""
    plain = lesson(size, dropout=0.0, l2=0.0)
    return [_cost(name, plain, changes, reach, size) for name, (changes, reach) in ADDED.items()]


def _cost(name: str, plain: RunConfig, changes: dict[str, Any], reach: float, size: Size) -> Figure:
    changed = plain
    for path, value in changes.items():
        changed = replace(changed, path, value)
    before, after = [], []
    for _ in range(size.repeats):
        before += [e.seconds for e in engine_epochs([plain], 1)]
        after += [e.seconds for e in engine_epochs([changed], 1)]
    cost = 100 * (min(after) / min(before) - 1)
    return Figure(f"cost of {name}", cost, "%", reach, at_least=False, note=f"{min(after) / size.share:.3f} s an epoch")


if __name__ == "__main__":
    main(measure)
